/** A condition for callers limited to an organisation: `parameter` is a path or null; the path itself and all below it match. */
export function withinOrganisation(column: string, parameter: string): string {
  return `(${parameter}::text IS NULL OR ${column} = ${parameter} OR starts_with(${column}, ${parameter} || '/'))`;
}
