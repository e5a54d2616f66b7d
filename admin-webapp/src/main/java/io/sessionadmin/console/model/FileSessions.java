package io.sessionadmin.console.model;

import io.sessionadmin.console.model.Reason.StoreNotReadableException;
import io.sessionadmin.store.SessionBackup;
import io.sessionadmin.stream.SessionHead;
import io.sessionadmin.stream.SessionStream;
import io.sessionadmin.stream.UnreadableStreamException;
import io.sessionadmin.table.Handle;
import io.sessionadmin.table.SessionKey;
import io.sessionadmin.table.StoredRow;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of one context in the files of Tomcat's FileStore. The name of a file is the session's id and its time is
 * that of the save. A file is never deserialised, and a page reads no more files than it shows.
 *
 * @param directory where the files are
 * @param app the name of the context, as rows would carry it
 */
record FileSessions(File directory, String app) implements StoredSessions {

    private static final String EXTENSION = ".session";
    private static final int HEAD = 64 << 10;

    /** So many files are opened to count those that have expired. */
    private static final int OPENED_AT_MOST = 100;

    @Override
    public StoredCounts counts() throws IOException {
        List<String> ids = ids();
        Figure all = Figure.exact(ids.size());
        if (ids.size() > OPENED_AT_MOST) {
            Figure unknown = Figure.unknown(Reason.of("reason.filesNotOpened", OPENED_AT_MOST));
            return new StoredCounts(all, unknown, Figure.ZERO, Instant.now());
        }
        Instant now = Instant.now();
        long expired = 0;
        for (String id : ids) {
            Instant expires = read(id).map(StoredRow::expiresAt).orElse(null);
            if (expires != null && expires.isBefore(now)) {
                expired++;
            }
        }
        return new StoredCounts(all, Figure.exact(expired), Figure.ZERO, now);
    }

    @Override
    public List<StoredRow> page(@Nullable Handle after, int limit) throws IOException {
        SmallestHandles<String> smallest = new SmallestHandles<>(after, limit);
        for (String id : ids()) {
            smallest.offer(Handle.of(id), id);
        }
        List<StoredRow> rows = new ArrayList<>();
        for (String id : smallest.inOrder()) {
            read(id).ifPresent(rows::add);
        }
        return rows;
    }

    @Override
    public List<StoredRow> find(Collection<Handle> handles) throws IOException {
        Set<Handle> wanted = Set.copyOf(handles);
        List<StoredRow> rows = new ArrayList<>();
        for (String id : ids()) {
            if (wanted.contains(Handle.of(id))) {
                read(id).ifPresent(rows::add);
            }
        }
        return rows;
    }

    @Override
    public boolean holds(String id) {
        return file(id).exists();
    }

    @Override
    public Optional<byte[]> data(StoredRow row) throws IOException {
        return row.hasAllData() ? Optional.of(row.data()) : bytes(file(row.key().id()), READ_AT_MOST);
    }

    /** A file that was written after the last access holds it: no file needs to be opened. */
    @Override
    public SavedCopies copies(Collection<LiveSession> live, Instant asOf) {
        long now = asOf.toEpochMilli();
        Map<String, SavedCopy> copies = new HashMap<>();
        for (LiveSession session : live) {
            File file = file(session.id());
            long saved = file.lastModified(); // 0 when there is no such file
            if (saved != 0) {
                boolean expired = session.maxInactive() > 0 && saved + session.maxInactive() * 1000L < now;
                SessionBackup backup = new SessionBackup(saved, saved, file.length(), 0, List.of(), null);
                copies.put(session.id(), new SavedCopy(true, expired, backup));
            }
        }
        return SavedCopies.of(copies);
    }

    @Override
    public long latestAccess(LiveSession live) {
        return live.lastAccessed();
    }

    private List<String> ids() throws IOException {
        String[] names = directory.list();
        if (names == null) {
            if (directory.exists()) {
                throw new StoreNotReadableException(Reason.of("reason.directoryNotListed"));
            }
            return List.of(); // FileStore makes it with the first save
        }
        return Arrays.stream(names)
                .filter(name -> name.endsWith(EXTENSION))
                .map(name -> name.substring(0, name.length() - EXTENSION.length()))
                .toList();
    }

    private File file(String id) {
        return new File(directory, id + EXTENSION);
    }

    /** The file as a row; empty when it went away meanwhile. One that can't be read is a row all the same. */
    private Optional<StoredRow> read(String id) throws IOException {
        File file = file(id);
        Instant saved = Instant.ofEpochMilli(file.lastModified());
        long length = file.length();
        Optional<byte[]> data = bytes(file, HEAD);
        if (data.isEmpty()) {
            return Optional.empty();
        }
        int maxInactive = 0;
        Instant lastAccess = saved;
        try {
            SessionHead head = SessionStream.readHead(data.get());
            maxInactive = head.maxInactiveInterval();
            lastAccess = Instant.ofEpochMilli(head.thisAccessedTime());
        } catch (UnreadableStreamException e) {
            // said where the row is shown
        }
        return Optional.of(new StoredRow(
                new SessionKey(app, id), true, maxInactive, lastAccess, length, saved, null, null, null, data.get()));
    }

    private static Optional<byte[]> bytes(File file, int limit) throws IOException {
        try (InputStream in = new FileInputStream(file)) {
            return Optional.of(in.readNBytes(limit));
        } catch (IOException e) {
            if (!file.exists()) {
                return Optional.empty();
            }
            throw new StoreNotReadableException(
                    Reason.of("reason.fileNotRead")); // the cause names the file: a session id
        }
    }
}
