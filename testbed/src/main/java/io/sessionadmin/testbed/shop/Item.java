package io.sessionadmin.testbed.shop;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/** A thing that the shop sells. */
public final class Item implements Serializable {
    private static final long serialVersionUID = 1;

    static final List<Item> RANGE = List.of(
            new Item("book", "A book on sessions", 2900),
            new Item("lamp", "A desk lamp", 4550),
            new Item("mug", "A mug for cold coffee", 1290),
            new Item("chair", "A chair that stays", 18900),
            new Item("plant", "A plant that needs no sun", 1575),
            new Item("radio", "A radio for the kitchen", 7990));

    private final String sku;
    private final String title;
    private final int cents;

    Item(String sku, String title, int cents) {
        this.sku = sku;
        this.title = title;
        this.cents = cents;
    }

    static Optional<Item> bySku(String sku) {
        return RANGE.stream().filter(item -> item.sku.equals(sku)).findFirst();
    }

    public String sku() {
        return sku;
    }

    public String title() {
        return title;
    }

    public int cents() {
        return cents;
    }
}
