@NullMarked
package io.sessionadmin.table;

import org.jspecify.annotations.NullMarked;
