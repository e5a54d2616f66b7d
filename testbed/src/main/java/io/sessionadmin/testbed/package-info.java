/** Real Tomcats, a real PostgreSQL, a sample shop and a real browser: what tests and the demo stand on. */
@NullMarked
package io.sessionadmin.testbed;

import org.jspecify.annotations.NullMarked;
