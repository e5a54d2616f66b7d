/** What programs ask of the console: text, JSON and metrics. Nothing here makes a page. */
@NullMarked
package io.sessionadmin.console.script;

import org.jspecify.annotations.NullMarked;
