import Engine
@preconcurrency import Glibc

/// `engine-bench table FILE [ROUNDS]`: reads a table of any format by the schema that it suggests,
/// and prints megabytes a second: of the file that is inferred from and read, of the cells that
/// reading gives, and of copies of their numbers, into pages that are there and into new ones.
func runTable(_ arguments: [String]) throws {
    guard arguments.count >= 3 else { fail("table FILE [ROUNDS]") }
    let rounds = arguments.count > 3 ? Int(arguments[3]) ?? 5 : 5
    let bytes = contents(of: arguments[2])
    try bytes.withUnsafeBytes { bytes in
        var inference = Double.infinity
        var reading = Double.infinity
        var copying = 0.0
        var copyingAnew = 0.0
        var cells = 0
        for _ in 0..<rounds {
            let start = processSeconds()
            let schema = try Schema.infer(from: bytes)
            let inferred = processSeconds()
            let frame = try TableFormat.reader(of: bytes).frame(schema)
            let read = processSeconds()
            inference = min(inference, inferred - start)
            reading = min(reading, read - inferred)
            cells = frame.columns.count * frame.rows
            let copies = copySpeed(of: frame)
            copyingAnew = max(copyingAnew, copies.anew)
            copying = max(copying, copies.again)
        }
        let megabytes = Double(bytes.count) / 1e6
        let cellMegabytes = Double(cells) * 8 / 1e6
        print(
            "{\"file_mb\": \(megabytes), \"infer_mb_s\": \(megabytes / inference), "
                + "\"read_mb_s\": \(megabytes / reading), \"cells\": \(cells), "
                + "\"cells_mb_s\": \(cellMegabytes / reading), "
                + "\"copy_mb_s\": \(copying), \"new_copy_mb_s\": \(copyingAnew)}")
    }
}

/// Megabytes a second that columns of numbers are copied at, into pages that nobody touched, and
/// once more.
private func copySpeed(of frame: Frame) -> (anew: Double, again: Double) {
    var anew = 0.0
    var again = 0.0
    var megabytes = 0.0
    for column in frame.columns {
        guard case .numeric(let numbers) = column.values else { continue }
        let count = numbers.count * 8
        let start = processSeconds()
        guard
            let copy = mmap(
                nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            copy != MAP_FAILED
        else { fail("there is no memory for a copy") }
        let room = UnsafeMutableRawBufferPointer(start: copy, count: count)
        numbers.withUnsafeBytes { room.copyMemory(from: $0) }
        let middle = processSeconds()
        numbers.withUnsafeBytes { room.copyMemory(from: $0) }
        anew += middle - start
        again += processSeconds() - middle
        munmap(copy, count)
        megabytes += Double(count) / 1e6
    }
    return (megabytes / anew, megabytes / again)
}

func contents(of path: String) -> [UInt8] {
    guard let file = fopen(path, "rb") else { fail("cannot open \(path)") }
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    let count = ftell(file)
    rewind(file)
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, read in
        read = fread(buffer.baseAddress, 1, count, file)
        guard read == count else { fail("\(path) ends too early") }
    }
}
