package io.sessionadmin.console.model;

/**
 * An attribute of an element of Tomcat's configuration as it is in effect. No password is among them.
 *
 * @param element {@code Manager}, {@code SessionIdGenerator}, {@code Store} or {@code Context}
 * @param value empty when it is not set
 * @param written whether the configuration has it, as far as that is known; what is changed is written somewhere
 * @param changed whether it is another one than the documented default
 */
public record Setting(String element, String name, String value, boolean written, boolean changed) {}
