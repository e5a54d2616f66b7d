package io.sessionadmin.testbed.shop;

import java.io.Serializable;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a visitor is about to buy; never changed in place, so that a session always holds a whole one. */
public final class Cart implements Serializable {
    private static final long serialVersionUID = 1;

    /** So many of one item. */
    public static final class Line implements Serializable {
        private static final long serialVersionUID = 1;

        private final Item item;
        private final int quantity;

        Line(Item item, int quantity) {
            this.item = item;
            this.quantity = quantity;
        }

        public Item item() {
            return item;
        }

        public int quantity() {
            return quantity;
        }
    }

    private final Map<String, Line> lines;

    Cart() {
        this(Map.of());
    }

    private Cart(Map<String, Line> lines) {
        this.lines = new LinkedHashMap<>(lines);
    }

    Cart with(Item item) {
        var more = new Cart(lines);
        more.lines.merge(
                item.sku(), new Line(item, 1), (old, one) -> new Line(old.item(), old.quantity() + one.quantity()));
        return more;
    }

    Cart without(String sku) {
        var fewer = new Cart(lines);
        fewer.lines.remove(sku);
        return fewer;
    }

    public Collection<Line> lines() {
        return lines.values();
    }

    public int quantity() {
        return lines.values().stream().mapToInt(Line::quantity).sum();
    }

    public int cents() {
        return lines.values().stream()
                .mapToInt(line -> line.quantity() * line.item().cents())
                .sum();
    }
}
