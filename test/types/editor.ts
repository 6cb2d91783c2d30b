/** An editor's view of files that exist in memory only, beside those of the repository. */
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { readOptions } from "./compile.js";

const here = dirname(fileURLToPath(import.meta.url));

export interface Editor extends Disposable {
  /**
   * Where "go to definition" leads from the last letter of `place`, which stands once in the file: each as the file's name
   * and the whole line.
   */
  definitionsOf(file: string, place: string): string[];
}

/** Opens the files. */
export function open(files: Readonly<Record<string, string>>): Editor {
  const texts = new Map(Object.entries(files).map(([file, text]) => [join(here, file), text]));
  const read = (path: string) => texts.get(path) ?? ts.sys.readFile(path);
  const service = ts.createLanguageService({
    getCompilationSettings: readOptions,
    getCurrentDirectory: () => here,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    getScriptFileNames: () => [...texts.keys()],
    getScriptVersion: () => "1",
    getScriptSnapshot: (path) => {
      const text = read(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    fileExists: (path) => texts.has(path) || ts.sys.fileExists(path),
    readFile: read,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    realpath: (path) => ts.sys.realpath?.(path) ?? path,
  });
  const lineAt = (path: string, at: number) => {
    const text = read(path) ?? "";
    const begin = text.lastIndexOf("\n", at) + 1;
    return `${basename(path)}: ${text.slice(begin).split("\n", 1)[0]?.trim()}`;
  };
  return {
    definitionsOf: (file, place) => {
      const at = files[file]?.indexOf(place) ?? -1;
      if (at < 0) throw new Error(`${file} does not say ${JSON.stringify(place)}`);
      const found = service.getDefinitionAtPosition(join(here, file), at + place.length - 1) ?? [];
      return found.map(({ fileName, textSpan }) => lineAt(fileName, textSpan.start));
    },
    [Symbol.dispose]: () => service.dispose(),
  };
}
