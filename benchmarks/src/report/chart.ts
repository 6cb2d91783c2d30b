/** Charts as SVG, drawn by Vega without a browser. */
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Drawn in our colour. */
  readonly ours: boolean;
}

export interface Point {
  readonly series: string;
  readonly x: number;
  readonly y: number;
}

const config = { background: "white", font: "system-ui, sans-serif", view: { stroke: null } } as const;

/** Lying bars, in the order given, with their numbers. */
export function bars(title: string, unit: string, values: readonly Bar[]): Promise<string> {
  const y = { field: "label", type: "nominal", sort: null, title: null } as const;
  const x = { field: "value", type: "quantitative", title: unit } as const;
  const color = { condition: { test: "datum.ours", value: "#1b6ca8" }, value: "#b8c4ce" } as const;
  return draw({
    title,
    data: { values: [...values] },
    width: 420,
    layer: [
      { mark: "bar", encoding: { x, y, color } },
      {
        mark: { type: "text", align: "left", dx: 4 },
        encoding: { x, y, text: { field: "value", type: "quantitative", format: ".3~r" } },
      },
    ],
    config,
  });
}

/** Lines over a logarithmic axis. */
export function lines(
  title: string,
  [xTitle, yTitle]: readonly [string, string],
  points: readonly Point[],
): Promise<string> {
  return draw({
    title,
    data: { values: [...points] },
    width: 420,
    height: 240,
    mark: { type: "line", point: true },
    encoding: {
      x: { field: "x", type: "quantitative", scale: { type: "log" }, title: xTitle },
      y: { field: "y", type: "quantitative", scale: { type: "log" }, title: yTitle },
      color: { field: "series", type: "nominal", title: null },
    },
    config,
  });
}

async function draw(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}
