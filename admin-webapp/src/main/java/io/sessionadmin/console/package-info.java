@NullMarked
package io.sessionadmin.console;

import org.jspecify.annotations.NullMarked;
