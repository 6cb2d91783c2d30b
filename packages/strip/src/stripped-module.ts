/** The text of a stripped module, and of its declarations: they say that each export is of the contract's own type. */
import type { ContractDescription } from "@trunkline/core/stripped";
import type { ContractModule } from "./contract-module.js";

/** An ES module with the contracts, and with the constants that stand beside them. */
export function strippedCode({ contracts, constants }: ContractModule): string {
  const made = [...contracts].map(([name, description]) => {
    const needed = featuresOf(description);
    const args = [JSON.stringify(description), ...(needed.length > 0 ? [`{ ${needed.join(", ")} }`] : [])];
    return [name, `/* @__PURE__ */ strippedContract(${args.join(", ")})`] as const;
  });
  const kept = [...constants].map(([name, value]) => [name, JSON.stringify(value)] as const);
  const lines = [...made, ...kept].map(([name, value]) =>
    name === "default" ? `export default ${value};` : `export const ${name} = ${value};`,
  );
  const words = new Set([...contracts.values()].flatMap(featuresOf)).add("strippedContract");
  return `import { ${[...words].sort().join(", ")} } from "@trunkline/core/stripped";\n${lines.join("\n")}\n`;
}

/** What its calls need beside what all calls do. A contract of plain JSON, say, loads no conversions. */
function featuresOf(description: ContractDescription): string[] {
  const procedures = Object.values(description.procedures);
  return [
    ...(procedures.some(({ plans }) => plans !== undefined) ? ["conversions"] : []),
    ...(procedures.some(({ upstream }) => upstream) ? ["upstreams"] : []),
  ];
}

/** Its declarations. `origin` is how they import the contract module, like `./contract.js`. */
export function strippedTypes({ contracts, constants }: ContractModule, origin: string): string {
  const from = `typeof import(${JSON.stringify(origin)})`;
  const lines = [...contracts.keys(), ...constants.keys()].map((name) =>
    name === "default"
      ? `declare const stripped: ${from}["default"];\nexport default stripped;`
      : `export declare const ${name}: ${from}[${JSON.stringify(name)}];`,
  );
  return `${lines.join("\n")}\n`;
}
