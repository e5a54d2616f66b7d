package io.sessionadmin.testbed.bench;

import io.sessionadmin.testbed.TestPostgres;

/** A part of the benchmark that can be measured for itself. */
interface Section {

    /** For {@code -Dbench.only=}, and the name of its page. */
    String name();

    String title();

    void measure(Options options, TestPostgres postgres, Report report) throws Exception;
}
