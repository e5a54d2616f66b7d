@NullMarked
package io.sessionadmin.store;

import org.jspecify.annotations.NullMarked;
