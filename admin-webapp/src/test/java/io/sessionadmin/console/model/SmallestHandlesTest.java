package io.sessionadmin.console.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sessionadmin.table.Handle;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SmallestHandlesTest {

    private final List<Handle> all =
            IntStream.range(0, 1_000).mapToObj(i -> Handle.of("session " + i)).toList();

    @Test
    void pagesAreInOrderAndLeaveNothingOut() {
        List<String> seen = new ArrayList<>();
        Handle after = null;
        List<Handle> page = page(after);
        while (!page.isEmpty()) {
            page.forEach(handle -> seen.add(handle.hex()));
            after = page.get(page.size() - 1);
            page = page(after);
        }

        assertThat(seen).isEqualTo(all.stream().map(Handle::hex).sorted().toList());
    }

    @Test
    void aCursorOfASessionThatHasEndedIsAsGood() {
        Handle gone = Handle.of("gone");

        assertThat(page(gone)).allSatisfy(handle -> assertThat(handle.hex()).isGreaterThan(gone.hex()));
    }

    private List<Handle> page(@Nullable Handle after) {
        SmallestHandles<Handle> smallest = new SmallestHandles<>(after, 7);
        all.forEach(handle -> smallest.offer(handle, handle));
        return smallest.inOrder();
    }
}
