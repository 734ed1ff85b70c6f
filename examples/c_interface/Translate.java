// Translates one made-up row through a map. Java 22 or later: java --enable-native-access=ALL-UNNAMED Translate.java LIBRARY MAP
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Locale;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

public class Translate {
    static SymbolLookup library;

    static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        return Linker.nativeLinker().downcallHandle(library.find(name).orElseThrow(), FunctionDescriptor.of(result, arguments));
    }

    static void fail() throws Throwable {
        MemorySegment text = (MemorySegment) function("vec2vec_error", ADDRESS).invokeExact();
        System.err.println(text.reinterpret(Long.MAX_VALUE).getString(0));
        System.exit(2);
    }

    public static void main(String[] given) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            library = SymbolLookup.libraryLookup(Path.of(given[0]), arena);
            MemorySegment map = (MemorySegment) function("vec2vec_map_load", ADDRESS, ADDRESS).invokeExact(arena.allocateFrom(given[1]));
            if (map.equals(MemorySegment.NULL)) fail();
            long from = (long) function("vec2vec_map_source_dim", JAVA_LONG, ADDRESS).invokeExact(map);
            long to = (long) function("vec2vec_map_target_dim", JAVA_LONG, ADDRESS).invokeExact(map);
            MemorySegment row = arena.allocate(JAVA_FLOAT, from), out = arena.allocate(JAVA_FLOAT, to);
            for (long j = 0; j < from; ++j) row.setAtIndex(JAVA_FLOAT, j, (float) Math.sin(j));
            int status = (int) function("vec2vec_translate_one", JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS).invokeExact(map, row, from, out);
            if (status != 0) fail();
            System.out.printf(Locale.ROOT, "%d %.5f %.5f %.5f%n", to, out.getAtIndex(JAVA_FLOAT, 0), out.getAtIndex(JAVA_FLOAT, 1), out.getAtIndex(JAVA_FLOAT, 2));
        }
    }
}
