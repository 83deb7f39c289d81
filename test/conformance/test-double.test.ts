import { fromRoot } from '../../src/config/paths.js';
import { loadSchemes } from '../../src/config/schemes.js';
import { conformance } from './suite.js';

/** The test double under each of its promises: its adapter has other ports for every one of them. */
conformance(loadSchemes(fromRoot('adapters/reference/schemes')));
