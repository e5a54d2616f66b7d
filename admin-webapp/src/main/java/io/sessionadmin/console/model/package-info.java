/** What the console shows, read passively from Tomcat's managers and stores; nothing here knows of HTTP. */
@NullMarked
package io.sessionadmin.console.model;

import org.jspecify.annotations.NullMarked;
