import { fromRoot } from '../../src/config/paths.js';
import { loadSchemes } from '../../src/config/schemes.js';
import { conformance } from './suite.js';

/** Every brand of the catalogue, on its platform. */
conformance(loadSchemes(fromRoot('schemes')));
