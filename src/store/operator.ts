/** The operator itself, to whom belongs what is nobody's own: shared connections, and the runs over them. */
export const OPERATOR = '00000000-0000-0000-0000-000000000000';
/** The subject under which its key for connections lies; an operator that links members has others. */
export const CONNECTIONS_SUBJECT = '00000000-0000-0000-0000-000000000001';
