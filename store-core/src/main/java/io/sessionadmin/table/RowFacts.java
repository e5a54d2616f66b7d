package io.sessionadmin.table;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the table knows of a row beside its session.
 *
 * @param version another one after each save; 0: saved by Tomcat's own store
 * @param reapAfter no sweep looks at the row before; null for never
 */
public record RowFacts(long version, @Nullable Instant reapAfter) {}
