import type pg from 'pg';

/** Why a login may not be used to serve tenants. */
export class UnsafeLogin extends Error {
  override readonly name = 'UnsafeLogin';
}

/**
 * Refuses a login that row-level security does not bind: a superuser, one that may bypass it, the owner of the tables, or tables
 * without forced security. Run by every process before it takes work. Throws `UnsafeLogin` with what to do.
 */
export async function assertBoundByTenancy(app: pg.Pool): Promise<void> {
  const found = await app.query<{ login: string; unbound: boolean; owns: number; open: string | null }>(`
    SELECT r.rolname AS login, r.rolsuper OR r.rolbypassrls AS unbound,
      (SELECT count(*)::int FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS owns,
      (SELECT string_agg(c.relname, ', ') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND NOT (c.relrowsecurity AND c.relforcerowsecurity)) AS open
    FROM pg_roles r WHERE r.rolname = current_user`);
  const row = found.rows[0];
  if (row === undefined) throw new UnsafeLogin('the database does not know this login');
  if (row.unbound || row.owns > 0) {
    throw new UnsafeLogin(
      `the login ${row.login} is not bound by row-level security: run "interline migrate" as the owner, which makes its own logins`,
    );
  }
  if (row.open !== null)
    throw new UnsafeLogin(`row-level security is not forced on: ${row.open}; run "interline migrate"`);
}
