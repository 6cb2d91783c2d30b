/** One layer of an onion: it may change the request, refuse it, or look at what comes back. */
export type Layer<Request, Response> = (request: Request, next: (request: Request) => Response) => Response;

/** Wraps a core in layers; the first is the outermost. Promises are never made here: what is synchronous stays so. */
export function compose<Request, Response>(
  layers: readonly Layer<Request, Response>[],
  core: (request: Request) => Response,
): (request: Request) => Response {
  return layers.reduceRight<(request: Request) => Response>((next, layer) => (request) => layer(request, next), core);
}
