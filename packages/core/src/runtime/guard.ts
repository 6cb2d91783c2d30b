/** The one way into a callback of the program: whatever it throws, or rejects with, harms nobody and is reported. */
export function guard(callback: () => unknown, report: (error: unknown) => void): void {
  try {
    const result = callback();
    // An async function is a fine callback to every type that returns nothing.
    if (result instanceof Promise) result.catch(report);
  } catch (error) {
    report(error);
  }
}
