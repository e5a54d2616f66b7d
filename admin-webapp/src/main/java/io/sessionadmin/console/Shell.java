package io.sessionadmin.console;

/**
 * What every page has around it.
 *
 * @param refresh address of the same page, to be read again; empty for the answer to a form
 */
public record Shell(
        String language,
        String title,
        String stylesheet,
        String icon,
        String home,
        String node,
        String asOf,
        String refresh) {}
