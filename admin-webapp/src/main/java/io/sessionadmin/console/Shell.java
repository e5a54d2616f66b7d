package io.sessionadmin.console;

import java.util.List;

/**
 * What every page has around it.
 *
 * @param navigation empty for who is not signed in
 * @param refresh address of the same page, to be read again; empty for the answer to a form
 * @param again after so many seconds the browser reads the page again; 0: it does not
 * @param againText what to choose instead
 */
public record Shell(
        String language,
        String title,
        String stylesheet,
        String icon,
        String home,
        List<Navigation.Entry> navigation,
        String node,
        String asOf,
        String refresh,
        int again,
        String againHref,
        String againText) {}
