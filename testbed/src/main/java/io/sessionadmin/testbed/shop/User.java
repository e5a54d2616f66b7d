package io.sessionadmin.testbed.shop;

import java.io.Serializable;
import java.time.Instant;
import java.util.List;

/** Who has logged in to the shop: a bean with a bean inside. */
public final class User implements Serializable {
    private static final long serialVersionUID = 1;

    /** Where parcels go. */
    public static final class Address implements Serializable {
        private static final long serialVersionUID = 1;

        private final String street;
        private final String city;

        Address(String street, String city) {
            this.street = street;
            this.city = city;
        }

        public String street() {
            return street;
        }

        public String city() {
            return city;
        }
    }

    private final String name;
    private final Address address;
    private final List<String> roles;
    private final Instant loggedInAt;

    User(String name, Instant loggedInAt) {
        this.name = name;
        this.address = new Address(name.length() + " Harbour Road", "Port " + name);
        this.roles = List.of("customer", "newsletter");
        this.loggedInAt = loggedInAt;
    }

    public String name() {
        return name;
    }

    public Address address() {
        return address;
    }

    public List<String> roles() {
        return roles;
    }

    public Instant loggedInAt() {
        return loggedInAt;
    }
}
