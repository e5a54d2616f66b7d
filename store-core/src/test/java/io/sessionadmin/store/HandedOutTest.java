package io.sessionadmin.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class HandedOutTest {

    private final HandedOut handedOut = new HandedOut();
    private final List<String> cart = new ArrayList<>(List.of("book"));

    @Test
    void anObjectThatWasOnlyReadHasNotChanged() {
        handedOut.watch("cart", cart);
        assertThat(changed()).isEmpty();
    }

    @Test
    void aChangeInPlaceIsAnsweredOnce() {
        handedOut.watch("cart", cart);
        cart.add("pen");
        assertThat(changed()).containsExactly("cart");
        assertThat(changed()).isEmpty();

        cart.add("ink");
        assertThat(changed()).containsExactly("cart");
    }

    @Test
    void aChangeDeepInsideIsNoticed() {
        List<String> deep = new ArrayList<>();
        ArrayList<List<String>> orders = new ArrayList<>(List.of(deep));
        handedOut.watch("orders", orders);
        deep.add("pen");
        assertThat(changed()).containsExactly("orders");
    }

    @Test
    void anObjectOfAnotherClassWithTheSameFieldsIsNoticed() {
        ArrayList<Serializable> prices = new ArrayList<>(List.of(new Net(5)));
        handedOut.watch("prices", prices);
        prices.set(0, new Gross(5));
        assertThat(changed()).containsExactly("prices");
    }

    @Test
    void handingItOutAgainDoesNotHideAnEarlierChange() {
        handedOut.watch("cart", cart);
        cart.add("pen");
        handedOut.watch("cart", cart);
        assertThat(changed()).containsExactly("cart");
    }

    @Test
    void whatTheApplicationHasPutIsAnsweredOnceAndThenWatched() {
        handedOut.put("cart", cart);
        assertThat(changed()).containsExactly("cart");
        assertThat(changed()).isEmpty();

        cart.add("pen");
        assertThat(changed()).containsExactly("cart");
    }

    @Test
    void whatTheApplicationHasReplacedOrRemovedIsItsOwnAffair() {
        handedOut.watch("cart", cart);
        handedOut.put("cart", new ArrayList<>(List.of("fresh")));
        assertThat(handedOut.isKnown("cart", cart)).isFalse();
        changed();
        cart.add("pen");
        assertThat(changed()).isEmpty();

        handedOut.forget("cart");
        assertThat(changed()).isEmpty();
    }

    @Test
    void anObjectThatTheStoreHasReplacedIsStillWatchedWhileARequestMayHoldIt() {
        handedOut.watch("cart", cart);
        handedOut.replaced("cart");
        cart.add("pen");
        assertThat(handedOut.takeChanged(name -> false)).singleElement().satisfies(change -> {
            assertThat(change.value()).isSameAs(cart);
            assertThat(change.replaced()).isTrue();
        });

        handedOut.forgetReplaced();
        cart.add("ink");
        assertThat(changed()).isEmpty();
    }

    @Test
    void whatIsBackInItsPlaceTakesTheOtherOnesPlace() {
        List<String> newer = new ArrayList<>(List.of("newer"));
        handedOut.watch("cart", cart);
        handedOut.replaced("cart");
        handedOut.watch("cart", newer);
        handedOut.restored("cart", cart);
        handedOut.forgetReplaced();

        cart.add("pen");
        newer.add("lost");
        assertThat(handedOut.takeChanged(name -> false)).singleElement().satisfies(change -> assertThat(change.value())
                .isSameAs(cart));
    }

    @Test
    void oneObjectUnderTwoNamesMarksAtLeastOne() {
        handedOut.watch("cart", cart);
        handedOut.watch("basket", cart);
        cart.add("pen");
        assertThat(changed()).isNotEmpty();
    }

    @Test
    void whatCannotBeChangedInPlaceIsNotWatched() {
        for (Object value :
                List.of("text", 1, 2L, true, new BigDecimal("1.0"), UUID.randomUUID(), Instant.EPOCH, TimeUnit.DAYS)) {
            assertThat(HandedOut.isImmutable(value)).as(value.toString()).isTrue();
            handedOut.put("value", value);
            handedOut.watch("value", value);
        }
        assertThat(changed()).isEmpty();
        assertThat(HandedOut.isImmutable(new ArrayList<>())).isFalse();
        assertThat(HandedOut.isImmutable(new java.util.BitSet())).isFalse();
        assertThat(HandedOut.isImmutable(new int[0])).isFalse();
    }

    @Test
    void whatCannotBeSavedIsNotWatched() {
        handedOut.watch("connection", new Object());
        handedOut.put("other", new Object());
        assertThat(changed()).isEmpty();
    }

    @Test
    void whatCannotBeLookedAtIsTakenForChangedUnlessNoRowHasIt() {
        handedOut.watch("deep", new ArrayList<>(List.of(new Object())));
        assertThat(changed()).containsExactly("deep");
        assertThat(changed()).containsExactly("deep");
        assertThat(handedOut.takeChanged("deep"::equals)).isEmpty();
    }

    @Test
    void anErrorOfTheApplicationsIsTakenForAChangeAndNotThrown() {
        handedOut.watch("poison", new Poison());
        assertThat(changed()).containsExactly("poison");
    }

    @Test
    void aNewerObjectThatLooksAsTheOneThatWasHandedOutIsRecognised() {
        handedOut.watch("cart", cart);
        assertThat(handedOut.looksTheSame("cart", new ArrayList<>(List.of("book"))))
                .isTrue();
        assertThat(handedOut.looksTheSame("cart", new ArrayList<>(List.of("pen"))))
                .isFalse();
        assertThat(handedOut.looksTheSame("cart", new java.util.concurrent.CopyOnWriteArrayList<>(List.of("book"))))
                .isFalse();
        assertThat(handedOut.looksTheSame("basket", new ArrayList<>(List.of("book"))))
                .isFalse();
        assertThat(handedOut.looksTheSame("cart", null)).isFalse();
    }

    private List<String> changed() {
        return handedOut.takeChanged(name -> false).stream()
                .map(HandedOut.Changed::name)
                .toList();
    }

    private record Net(int cents) implements Serializable {}

    private record Gross(int cents) implements Serializable {}

    private static final class Poison implements Serializable {
        private static final long serialVersionUID = 1L;

        private void writeObject(ObjectOutputStream out) throws IOException {
            throw new AssertionError("on purpose");
        }
    }
}
