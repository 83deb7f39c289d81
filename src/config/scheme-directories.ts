import { statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { fromRoot } from './paths.js';

/** The schemes that come with Interline. */
export const OWN_SCHEMES = fromRoot('schemes');

/** `INTERLINE_SCHEMES`: directories of scheme files, separated like those of `PATH`; gives absolute paths. */
export const schemeDirectories = z.string().transform((text, context): readonly string[] => {
  const named = text.split(path.delimiter).filter((directory) => directory !== '');
  const directories = named.map((directory) => path.resolve(directory));
  if (directories.length === 0 || !directories.every(isDirectory)) {
    context.addIssue('must name directories that there are, separated as in PATH');
  }
  return directories;
});

function isDirectory(directory: string): boolean {
  return statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
}
