package io.sessionadmin.console.model;

/** Whether the reader of a page may see what attributes hold. Without that they see names, classes and sizes. */
public enum Values {
    HIDDEN,
    SHOWN
}
