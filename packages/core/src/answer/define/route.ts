/** How one procedure is answered. */
import type { DeclaredErrors } from "../../contract/declared-errors.js";
import type { Procedure } from "../../contract/procedure.js";
import type { ProcedureWire } from "../../contract/wire/procedure-wire.js";
import type { ErrorConstructors } from "./error-constructors.js";
import type { RunningHandler } from "./handler.js";

/** A procedure and what answers it. */
export interface Route<Context = unknown, Connection = unknown> {
  /** Dotted, like `rooms.send`. */
  readonly path: string;
  readonly procedure: Procedure;
  /** How its values travel. */
  readonly wire: ProcedureWire;
  /** What the handler gets as `errors`. */
  readonly errors: ErrorConstructors<DeclaredErrors>;
  /** The handler with its middleware around it. */
  readonly handler: RunningHandler<Context, Connection>;
}
