package org.apache.coyote;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * Tells a guard the moment before a client may see more of a response: its head, a flush, its end.
 *
 * <p>Tomcat has no public hook for this. A response with a Content-Length is sent with its last byte, before any valve
 * or filter ends ({@code OutputBuffer.updateBytesWritten}, since 11.0.20), others by a flush of the application or when
 * everybody has returned. All of it goes through the two fields of {@link Response} that this class stands in front of;
 * they are package-private, which is why it lives here. The application's own objects stay untouched.
 */
@NullMarked
public final class ResponseGate implements ActionHook, OutputBuffer {

    private final Response response;
    private final ActionHook hook;
    private final OutputBuffer buffer;
    private final Runnable guard;

    private ResponseGate(Response response, Runnable guard) {
        this.response = response;
        this.hook = response.hook;
        this.buffer = response.outputBuffer;
        this.guard = guard;
    }

    /**
     * Stands in front of a response until {@link #remove}, or in the place of the gate that is there.
     *
     * @param guard called by whichever thread writes; must not throw
     */
    public static void install(Response response, Runnable guard) {
        remove(response);
        ResponseGate gate = new ResponseGate(response, guard);
        response.hook = gate;
        response.outputBuffer = gate;
    }

    public static void remove(Response response) {
        if (response.hook instanceof ResponseGate gate) {
            response.hook = gate.hook;
        }
        if (response.outputBuffer instanceof ResponseGate gate) {
            response.outputBuffer = gate.buffer;
        }
    }

    /**
     * Whether this class shares its package with Tomcat's: only within one class loader.
     *
     * @return false when the store's jar lies where another loader finds it than Tomcat's own jars
     */
    public static boolean fits() {
        try {
            remove(new Response());
            return true;
        } catch (IllegalAccessError e) {
            return false;
        }
    }

    @Override
    public void action(ActionCode code, @Nullable Object parameter) {
        if (code == ActionCode.COMMIT || code == ActionCode.CLIENT_FLUSH || code == ActionCode.CLOSE) {
            guard.run();
        }
        hook.action(code, parameter);
    }

    @Override
    public int doWrite(ByteBuffer chunk) throws IOException {
        long length = response.getContentLengthLong();
        if (length >= 0 && response.getContentWritten() + chunk.remaining() >= length) {
            guard.run();
        }
        return buffer.doWrite(chunk);
    }

    @Override
    public long getBytesWritten() {
        return buffer.getBytesWritten();
    }
}
