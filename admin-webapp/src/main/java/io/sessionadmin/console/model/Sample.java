package io.sessionadmin.console.model;

import java.time.Instant;

/**
 * What was in memory of this node at one moment.
 *
 * @param atRisk -1 where that can't be told from memory
 */
public record Sample(Instant at, long live, long atRisk) {}
