/** The benchmark: the store beside others, on one PostgreSQL. {@code ./mvnw -Pbench}; see docs/performance.md. */
@NullMarked
package io.sessionadmin.testbed.bench;

import org.jspecify.annotations.NullMarked;
