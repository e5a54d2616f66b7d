package io.sessionadmin.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectStreamConstants;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class HostileStreamTest {
    private static final Limits LIMITS = Limits.DEFAULT;

    @Test
    void aStreamCutAnywhereIsUnreadable() throws Exception {
        byte[] data = Streams.withAttributes(small());
        assertThat(SessionStream.read(data).attributes()).hasSize(small().size());

        for (int length = 0; length < data.length; length++) {
            byte[] cut = Arrays.copyOf(data, length);
            assertThatThrownBy(() -> SessionStream.read(cut))
                    .as("cut at %d", length)
                    .isExactlyInstanceOf(UnreadableStreamException.class)
                    .hasNoCause();
        }
    }

    @Test
    void damagedBytesGiveAResultOrAReason() {
        byte[] data = Streams.withAttributes(small());
        Random random = new Random(42);
        int[] outcomes = new int[2];
        Assertions.assertTimeout(Duration.ofMinutes(2), () -> {
            for (int round = 0; round < 20_000; round++) {
                byte[] damaged = data.clone();
                for (int hits = 1 + random.nextInt(round % 2 == 0 ? 1 : 8); hits > 0; hits--) {
                    damaged[random.nextInt(damaged.length)] = interesting(random);
                }
                outcomes[readable(damaged, round) ? 1 : 0]++;
            }
        });
        assertThat(outcomes[0]).isGreaterThan(2_000);
        assertThat(outcomes[1]).isGreaterThan(2_000);
    }

    @Test
    void noiseBehindTheHeaderGivesAReason() {
        Random random = new Random(43);
        for (int round = 0; round < 20_000; round++) {
            byte[] noise = new byte[4 + random.nextInt(200)];
            for (int i = 0; i < noise.length; i++) {
                noise[i] = (byte) (0x70 + random.nextInt(15));
            }
            noise[0] = (byte) 0xac;
            noise[1] = (byte) 0xed;
            noise[2] = 0;
            noise[3] = 5;
            assertThat(readable(noise, round)).isFalse();
        }
    }

    @Test
    void hugeDeclaredLengthsAllocateNothing() {
        for (String type : new String[] {"[B", "[J", "[Ljava.lang.Object;", "[[I"}) {
            byte[] data = attribute(out -> {
                out.writeByte(0x75);
                describe(out, type, 2);
                out.writeInt(Integer.MAX_VALUE);
            });
            assertUnreadable(data, "an array is longer than the stream");
        }
        assertUnreadable(attribute(out -> {
            out.writeByte(0x7c);
            out.writeLong(Long.MAX_VALUE);
        }));
        assertUnreadable(attribute(out -> {
            out.writeByte(0x7c);
            out.writeLong(-1);
        }));
        assertUnreadable(attribute(out -> {
            out.writeByte(0x73);
            describe(out, "a.B", 3);
            out.writeByte(0x7a);
            out.writeInt(-5);
        }));
        assertUnreadable(attribute(out -> {
            out.writeByte(0x73);
            out.writeByte(0x7d);
            out.writeInt(60_000);
        }));
        assertUnreadable(Streams.handMade(out -> out.writeObject(Integer.MAX_VALUE)), "attributes are declared");
        assertUnreadable(Streams.handMade(out -> out.writeObject(-1)), "attributes are declared");
    }

    @Test
    void aThousandNestedNodesAreReadOnASmallStack() throws Exception {
        byte[] data = nested(1_000);

        StoredAttribute stored =
                onSmallStack(() -> SessionStream.read(data)).attributes().get(0);

        assertThat(stored.bytes()).isGreaterThan(5_000);
        assertThat(onSmallStack(stored.value()::toString)).contains("Elided");
        assertThat(onSmallStack(stored.value()::hashCode)).isNotZero();
    }

    @Test
    void deeperNestingThanTheLimitIsUnreadableOnASmallStack() throws Exception {
        byte[] objects = attribute(out -> {
            out.writeByte(0x75);
            describe(out, "[Ljava.lang.Object;", 2);
            out.writeInt(1);
            for (int i = 0; i < 1_000_000; i++) {
                out.write(new byte[] {0x75, 0x71, 0, 0x7e, 0, 0, 0, 0, 0, 1});
            }
        });
        byte[] descriptors = attribute(out -> {
            for (int i = 0; i < 100_000; i++) {
                // Each is the superclass of the one in front of it.
                out.write(i == 0 ? new byte[] {0x73, 0x72} : new byte[] {0x72});
                out.write(new byte[] {0, 1, 'x', 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0x78});
            }
        });
        byte[] exceptions = attribute(out -> {
            for (int i = 0; i < 100_000; i++) {
                out.writeByte(0x7b);
            }
        });

        for (byte[] data : new byte[][] {objects, descriptors, exceptions}) {
            assertThat(onSmallStack(() -> reason(data))).contains("nested more than 10000 deep");
        }
    }

    @Test
    void aClassThatIsItsOwnSuperclassIsUnreadable() {
        assertUnreadable(
                attribute(out -> {
                    out.write(new byte[] {0x73, 0x72, 0, 1, 'x', 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0x78});
                    out.write(new byte[] {0x71, 0, 0x7e, 0, 0});
                }),
                "described by itself");
    }

    @Test
    void protocolVersionOneIsUnreadable() {
        assertUnreadable(
                attribute(out -> {
                    out.writeByte(0x73);
                    describe(out, "a.B", 4);
                }),
                "protocol version 1");
    }

    @Test
    void moreHandlesThanTheLimitAreUnreadable() {
        byte[] data = Streams.withAttributes(Streams.everything());

        assertThatThrownBy(() -> SessionStream.read(data, new Limits(100, 50, 100, 100, 100, 10, 100)))
                .isInstanceOf(UnreadableStreamException.class)
                .hasMessageContaining("more than 50 objects");
    }

    @Test
    void aLongStringThatIsReferredToOftenIsKeptOnce() throws Exception {
        byte[] data = attribute(out -> {
            out.writeByte(0x75);
            describe(out, "[Ljava.lang.Object;", 2);
            out.writeInt(400_001);
            out.writeByte(0x7c);
            out.writeLong(4_000_000);
            out.write("x".repeat(4_000_000).getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 400_000; i++) {
                out.write(new byte[] {0x71, 0, 0x7e, 0, 2});
            }
        });

        StreamValue.Array array =
                (StreamValue.Array) SessionStream.read(data).attributes().get(0).value();

        assertThat(array.elements()).hasSize(1_999).allSatisfy(element -> assertThat(element)
                .isSameAs(array.elements().get(0)));
    }

    @Test
    void brokenTextIsUnreadable() {
        for (int[] text : new int[][] {{0x80}, {0xc3}, {0xe2, 0x82}, {0xff}, {0xc3, 0x28}}) {
            assertUnreadable(
                    attribute(out -> {
                        out.writeByte(0x74);
                        out.writeShort(text.length);
                        for (int b : text) {
                            out.writeByte(b);
                        }
                    }),
                    "not modified UTF-8");
        }
    }

    @Test
    void everyTypeCodeInPlaceOfAValueGivesAResultOrAReason() {
        for (int code = 0; code < 256; code++) {
            int written = code;
            readable(attribute(out -> out.writeByte(written)), code);
        }
        assertUnreadable(attribute(out -> out.writeByte(0x6a)), "unknown type code 0x6a");
        assertUnreadable(attribute(out -> out.writeByte(0x78)), "misplaced type code 0x78");
    }

    @Test
    void aResetBetweenValuesForgetsTheHandles() throws Exception {
        byte[] data = Streams.handMade(out -> {
            out.writeObject(1);
            out.reset();
            out.writeObject("k");
            out.reset();
            out.writeObject(new Shop.Customer("Ada", 36));
        });

        assertThat(SessionStream.read(data).attributes()).singleElement().satisfies(stored -> assertThat(
                        ((StreamValue.Bean) stored.value()).handle())
                .isEqualTo(5));
    }

    private interface Bytes {
        void to(DataOutputStream out) throws IOException;
    }

    /** A session of one attribute, whose value is these bytes; handles begin at 0 with it. */
    private static byte[] attribute(Bytes value) {
        byte[] head = Streams.handMade(out -> {
            out.writeObject(1);
            out.writeObject("k");
        });
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            bytes.write(head);
            bytes.write(ObjectStreamConstants.TC_RESET);
            value.to(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void describe(DataOutputStream out, String name, int flags) throws IOException {
        out.writeByte(0x72);
        out.writeUTF(name);
        out.writeLong(0);
        out.writeByte(flags);
        out.writeShort(0);
        out.writeByte(0x78);
        out.writeByte(0x70);
    }

    private static java.util.Map<String, Object> small() {
        java.util.Map<String, Object> all = Streams.everything();
        all.put("long text", "short");
        all.put("bytes", new byte[20]);
        return all;
    }

    private static byte interesting(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> (byte) (0x70 + random.nextInt(15));
            case 1 -> (byte) 0xff;
            case 2 -> 0;
            default -> (byte) random.nextInt(256);
        };
    }

    private static boolean readable(byte[] data, int round) {
        try {
            assertThat(SessionStream.read(data).toString()).doesNotContain(Streams.ID);
            return true;
        } catch (UnreadableStreamException e) {
            assertThat(e.offset()).isBetween(0, data.length);
            assertThat(e.getMessage()).doesNotContain(Streams.ID);
            return false;
        } catch (RuntimeException | Error e) {
            return fail("round " + round, e);
        }
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static String reason(byte[] data) {
        try {
            SessionStream.read(data, LIMITS);
            return "it was read";
        } catch (UnreadableStreamException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static void assertUnreadable(byte[] data, String... reason) {
        long before = allocated();
        assertThat(reason(data)).isNotEqualTo("it was read");
        assertThat(allocated() - before).isLessThan(1_000_000);
        assertThatThrownBy(() -> SessionStream.read(data, LIMITS))
                .isExactlyInstanceOf(UnreadableStreamException.class)
                .message()
                .contains(reason.length == 0 ? new String[] {"byte"} : reason);
    }

    /** Writes deeper than the writer's own stack would allow by nesting arrays by hand. */
    private static byte[] nested(int depth) throws Exception {
        return onStack(64L << 20, () -> {
            Shop.Node first = new Shop.Node(0);
            Shop.Node last = first;
            for (int i = 1; i < depth; i++) {
                Shop.Node next = new Shop.Node(i);
                last.next = next;
                last = next;
            }
            return Streams.withAttribute(first);
        });
    }

    private static <T> T onSmallStack(java.util.concurrent.Callable<T> task) throws Exception {
        return onStack(256L << 10, task);
    }

    private static <T> T onStack(long bytes, java.util.concurrent.Callable<T> task) throws Exception {
        FutureTask<T> future = new FutureTask<>(task);
        Thread thread = new Thread(null, future, "small stack", bytes);
        thread.start();
        return future.get();
    }
}
