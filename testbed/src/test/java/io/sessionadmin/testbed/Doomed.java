package io.sessionadmin.testbed;

import java.io.IOException;

/** A JVM that starts everything, says what, and waits for its death. */
final class Doomed {
    private Doomed() {}

    public static void main(String[] args) throws IOException {
        var postgres = TestPostgres.own();
        var db = postgres.database();
        var node = TomcatNode.on(TomcatLine.TOMCAT_11)
                .withPostgresDriver()
                .shop(StoreXml.dataSourceStore(db))
                .start();
        var browser = Browser.start().open(node.uri("/shop/"));
        ProcessHandle.current()
                .descendants()
                .filter(process -> !process.info().command().orElse("").endsWith("sh"))
                .forEach(process -> System.out.println("pid " + process.pid()));
        System.out.println("pid " + postgres.pid());
        System.out.println("base " + node.base());
        System.out.println("ready " + !browser.text().isEmpty());
        node.suspend();
        int ignored = System.in.read();
        System.out.println("Nobody should have said " + ignored);
    }
}
