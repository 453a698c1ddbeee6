import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

/** A temporary folder of one test suite. */
export class Folder {
  readonly path = mkdtempSync(path.join(tmpdir(), "mesh-tracing-test-"));

  /** Writes a file, text as it is and anything else as JSON, which is YAML too. */
  write(name: string, content: unknown, mode = 0o600): string {
    const file = path.join(this.path, name);
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content), { mode });
    return file;
  }

  /** Makes a folder in it and returns its path. */
  folder(name: string): string {
    const folder = path.join(this.path, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Deletes the folder with all that is in it. */
  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
