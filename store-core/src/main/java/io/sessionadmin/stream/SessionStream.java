package io.sessionadmin.stream;

import java.util.List;
import java.util.SortedSet;

/**
 * A stored session, read by the structure of its bytes: not one class of it is loaded, so reading is safe with data from
 * anywhere and possible where the application is not.
 *
 * <p>Bytes behind the last attribute are ignored, as Tomcat ignores them. A row that has changes beside its whole stream
 * is read as one session.
 *
 * @param classNames classes that loading the session would need, for arrays that of the elements
 */
public record SessionStream(SessionHead head, List<StoredAttribute> attributes, SortedSet<String> classNames) {

    public static SessionStream read(byte[] data) throws UnreadableStreamException {
        return read(data, Limits.DEFAULT);
    }

    public static SessionStream read(byte[] data, Limits limits) throws UnreadableStreamException {
        return LayeredStream.is(data) ? LayeredStream.read(data, limits) : new SessionReader(data, limits).session();
    }

    /**
     * Reads the head alone; the bytes may end anywhere behind it. They end too early when the principal is larger than
     * they are, which then is the reason given.
     */
    public static SessionHead readHead(byte[] prefix) throws UnreadableStreamException {
        byte[] first = LayeredStream.is(prefix) ? LayeredStream.top(prefix) : prefix;
        return new SessionReader(first, Limits.DEFAULT).head();
    }

    /** Leaves out what the attributes hold. */
    @Override
    public String toString() {
        return "SessionStream[head=" + head + ", attributes=" + attributes.size() + "]";
    }
}
