/** The schema library adapters check their settings with; they import it from here and from nowhere else. */
export { z } from 'zod';
