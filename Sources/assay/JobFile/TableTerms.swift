import Engine
import Wire

/// The table of a job, as its file names it.
struct TableTerms: Equatable {
    let train: String
    /// What the table must be, byte for byte.
    let digest: Digest?
    let schema: String?
    /// How long workers may keep the table; nil leaves it to them.
    let cache: CacheMode?
    /// Where pictures are learned from, which become a table before they leave.
    let images: Images?

    struct Images: Equatable {
        /// See `ImageFeatures.size`.
        let size: Int
        /// Nil: where any picture has colour.
        let hasColour: Bool?
    }

    init(
        train: String, digest: Digest? = nil, schema: String? = nil, cache: CacheMode? = nil,
        images: Images? = nil
    ) {
        self.train = train
        self.digest = digest
        self.schema = schema
        self.cache = cache
        self.images = images
    }

    /// - Parameters:
    ///   - data: the mapping that holds these among others.
    ///   - takesImages: whether there may be pictures in the table's place.
    init(
        _ data: inout StrictYAML.Mapping, folder: String, takesImages: Bool = false
    ) throws(InputError) {
        if takesImages, let images = data.value("images") {
            self.train = JobFile.path(try images.text(), in: folder)
            self.images = try Images(&data)
        } else {
            let train = try data.required("train", example: "train: rows.csv").text()
            self.train = JobFile.path(train, in: folder)
            self.images = nil
        }
        self.digest = try data.value("sha256").map { value throws(InputError) in
            try Self.digest(value)
        }
        // What columns pictures become is no affair of a schema's.
        let schema = self.images == nil ? data.value("schema") : nil
        self.schema = try schema.map { value throws(InputError) in
            JobFile.path(try value.text(), in: folder)
        }
        self.cache = try data.value("cache").map { value throws(InputError) in
            try value.choice(CacheMode.self)
        }
    }

    private static func digest(_ value: StrictYAML.Value) throws(InputError) -> Digest {
        guard let digest = Digest(text: "sha256:\(try value.text())") else {
            throw value.wrong("must be 64 lower-case hexadecimal digits, as sha256sum prints them")
        }
        return digest
    }
}

extension TableTerms.Images {
    fileprivate init(_ data: inout StrictYAML.Mapping) throws(InputError) {
        let size = try data.value("size").map { value throws(InputError) in
            let size = try value.integer(in: ImageFeatures.sizes)
            guard ImageFeatures(size: size, hasColour: false) != nil else {
                throw value.wrong("must be a multiple of 8")
            }
            return size
        }
        self.size = size ?? ImageFeatures.standardSize
        self.hasColour = try data.value("colour").map { value throws(InputError) in
            try value.flag()
        }
    }
}
