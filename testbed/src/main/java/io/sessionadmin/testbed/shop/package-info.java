/** The sample application: a small shop whose sessions can be made big, broken or long-lived on demand. */
@NullMarked
package io.sessionadmin.testbed.shop;

import org.jspecify.annotations.NullMarked;
