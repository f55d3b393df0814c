import java.io.DataInputStream;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A client of the Stream API and the Timeline API as those of the original are: it sends the deprecated header apiKey, no Content-Type, and takes as
 * many bytes as Content-Length says. It decodes states and events by itself. Prints the uuid of every event, one a line.
 *
 * Arguments: base URL, API key, "stream" and its name, or "timeline", its name, from and to.
 */
public final class ReadClient {
  private static final int TAKE = 25;

  private final String base;
  private final String apiKey;

  private ReadClient(String base, String apiKey) {
    this.base = base;
    this.apiKey = apiKey;
  }

  public static void main(String[] args) throws IOException {
    ReadClient client = new ReadClient(args[0], args[1]);
    List<UUID> events = args[2].equals("stream")
        ? client.read("/stream/read?stream=" + args[3] + "&timeoutMs=500", 12)
        : client.read("/timeline/read?timeline=" + args[3] + "&from=" + args[4] + "&to=" + args[5], 36);
    events.forEach(System.out::println);
  }

  /** Reads to the end, carrying the state along. An item of the state has so many bytes. */
  private List<UUID> read(String path, int itemBytes) throws IOException {
    List<UUID> all = new ArrayList<>();
    byte[] state = new byte[4];
    while (true) {
      ByteBuffer content = ByteBuffer.wrap(post(path + "&shardIndex=0&shardCount=1&take=" + TAKE, state));
      int items = content.getInt(0);
      state = new byte[4 + items * itemBytes];
      content.get(state);
      int events = content.getInt();
      for (int i = 0; i < events; i++) all.add(readEvent(content));
      if (content.hasRemaining()) throw new IOException(content.remaining() + " bytes are left over");
      if (events == 0) return all;
    }
  }

  private byte[] post(String path, byte[] body) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) new URL(base + path).openConnection();
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    connection.setFixedLengthStreamingMode(body.length);
    connection.setRequestProperty("apiKey", apiKey);
    connection.setRequestProperty("Content-Type", null);
    connection.getOutputStream().write(body);
    if (connection.getResponseCode() != 200) throw new IOException("HTTP " + connection.getResponseCode());
    int length = connection.getContentLength();
    if (length < 0) throw new IOException("the answer has no Content-Length");
    byte[] answer = new byte[length];
    new DataInputStream(connection.getInputStream()).readFully(answer);
    return answer;
  }

  private static UUID readEvent(ByteBuffer in) throws IOException {
    if (in.get() != 1) throw new IOException("expected version 1");
    in.getLong();
    UUID id = new UUID(in.getLong(), in.getLong());
    skipContainer(in);
    return id;
  }

  private static void skipContainer(ByteBuffer in) throws IOException {
    int tags = in.getShort() & 0xffff;
    for (int i = 0; i < tags; i++) {
      skip(in, in.get() & 0xff);
      skipValue(in, in.get() & 0xff);
    }
  }

  private static void skipValue(ByteBuffer in, int type) throws IOException {
    switch (type) {
      case 0x01 -> skipContainer(in);
      case 0x02, 0x06 -> skip(in, 1);
      case 0x03 -> skip(in, 2);
      case 0x04, 0x07 -> skip(in, 4);
      case 0x05, 0x08 -> skip(in, 8);
      case 0x09 -> skip(in, in.getInt());
      case 0x0a -> skip(in, 16);
      case 0x0b -> { }
      case 0x80 -> {
        int elementType = in.get() & 0xff;
        int count = in.getInt();
        for (int i = 0; i < count; i++) skipValue(in, elementType);
      }
      default -> throw new IOException("unknown type " + type);
    }
  }

  private static void skip(ByteBuffer in, int bytes) {
    in.position(in.position() + bytes);
  }
}
