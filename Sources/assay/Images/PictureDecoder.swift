import CImages
import Engine

/// Turns the bytes of a file into a picture: PNG by libpng, JPEG by TurboJPEG, and nothing else.
///
/// Whatever the bytes are, they are decoded or refused with a sentence. How large a picture is must
/// be known and within bounds before there is room for a pixel of it.
enum PictureDecoder {
    static func picture(_ bytes: UnsafeRawBufferPointer) throws(PictureError) -> Picture {
        guard !bytes.isEmpty else { throw PictureError("is empty") }
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return try Self.png(bytes) }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return try Self.jpeg(bytes) }
        for (name, beginnings) in Self.others where beginnings.contains(where: bytes.starts) {
            throw PictureError("is a \(name); write it as PNG or JPEG")
        }
        throw PictureError("is no PNG and no JPEG")
    }

    /// Formats that people have pictures in and that are told by name.
    private static let others: [(name: String, beginnings: [[UInt8]])] = [
        ("GIF", [Array("GIF8".utf8)]), ("BMP", [Array("BM".utf8)]),
        ("TIFF", [Array("II*\0".utf8), Array("MM\0*".utf8)]),
        ("RIFF file such as WebP", [Array("RIFF".utf8)]),
        ("SVG", [Array("<svg".utf8), Array("<?xml".utf8)]),
    ]

    private static func requireBounded(_ width: Int, _ height: Int) throws(PictureError) {
        let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
        guard width > 0, height > 0 else { throw PictureError("has no pixels") }
        guard !overflow, pixels <= PictureLimits.pixelsMax else {
            throw PictureError(
                "has \(width) × \(height) pixels; \(Figures.count(PictureLimits.pixelsMax)) are "
                    + "the most")
        }
    }

    // MARK: PNG

    /// An animated one is its first picture, as in every reader that knows no animations.
    private static func png(_ bytes: UnsafeRawBufferPointer) throws(PictureError) -> Picture {
        // libpng keeps its address.
        let image = UnsafeMutablePointer<png_image>.allocate(capacity: 1)
        defer { image.deallocate() }
        image.initialize(to: png_image())
        // Empty bytes were refused.
        guard let start = bytes.baseAddress, assay_png_begin(image, start, bytes.count) else {
            throw PictureError("is no sound PNG: \(Self.message(of: image))")
        }
        defer { png_image_free(image) }
        let (width, height) = (Int(image.pointee.width), Int(image.pointee.height))
        try Self.requireBounded(width, height)
        let count = 3 * width * height
        var isWhole = false
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { room, filled in
            // A buffer with room has a beginning.
            isWhole = room.baseAddress.map { assay_png_finish(image, $0) } ?? false
            filled = isWhole ? count : 0
        }
        // A warning is a chunk that was left out, a checksum that is wrong, an end that is missing.
        guard isWhole, image.pointee.warning_or_error & 2 == 0 else {
            throw PictureError("is no sound PNG: \(Self.message(of: image))")
        }
        return Picture(width: width, height: height, pixels: pixels)
    }

    private static func message(of image: UnsafeMutablePointer<png_image>) -> String {
        withUnsafeBytes(of: &image.pointee.message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    // MARK: JPEG

    private static func jpeg(_ bytes: UnsafeRawBufferPointer) throws(PictureError) -> Picture {
        guard let handle = tjInitDecompress() else { throw PictureError("cannot be decoded now") }
        defer { tjDestroy(handle) }
        let start = bytes.bindMemory(to: UInt8.self).baseAddress
        var (width, height, sampling, colours) = (CInt(0), CInt(0), CInt(0), CInt(0))
        guard
            tjDecompressHeader3(
                handle, start, UInt(bytes.count), &width, &height, &sampling, &colours) == 0
        else { throw PictureError("is no sound JPEG: \(String(cString: tjGetErrorStr2(handle)))") }
        guard ![Int(TJCS_CMYK.rawValue), Int(TJCS_YCCK.rawValue)].contains(Int(colours)) else {
            throw PictureError("is a JPEG for printing, in CMYK; write it in RGB")
        }
        try Self.requireBounded(Int(width), Int(height))
        let count = 3 * Int(width) * Int(height)
        var isWhole = false
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { room, filled in
            // A JPEG that breaks off is a warning to the library, which fills up with grey; a
            // thousand passes over a picture of nothing are none.
            isWhole =
                tjDecompress2(
                    handle, start, UInt(bytes.count), room.baseAddress, width, 0, height,
                    CInt(TJPF_RGB.rawValue),
                    TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) == 0
            filled = isWhole ? count : 0
        }
        guard isWhole else {
            throw PictureError("is no sound JPEG: \(String(cString: tjGetErrorStr2(handle)))")
        }
        return Picture(width: Int(width), height: Int(height), pixels: pixels)
    }
}

/// What is wrong with a picture's file, as what follows its name.
struct PictureError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The bounds on pictures, each with its unit and its reason.
enum PictureLimits {
    /// The bytes of one file: what the largest picture takes where nothing of it repeats.
    static let fileBytesMax = 128 << 20
    /// The pixels of one picture: what a good camera takes. Three bytes are held for each.
    static let pixelsMax = 40_000_000
    /// The pictures of a set: as many as known sets for research have, and a table of a few
    /// gigabytes.
    static let picturesMax = 1_500_000
    /// The files that are decoded before their numbers are joined to the table: enough that threads
    /// seldom wait for the last of them.
    static let batchFilesMax = 1024
    /// The threads that decode, each of which holds a file and its pixels: a quarter of a gigabyte
    /// at most.
    static let threadsMax = 16
    /// The faults that a sentence tells.
    static let faultsMax = 5
}
