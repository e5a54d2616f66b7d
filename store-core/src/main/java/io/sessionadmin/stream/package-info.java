@NullMarked
package io.sessionadmin.stream;

import org.jspecify.annotations.NullMarked;
