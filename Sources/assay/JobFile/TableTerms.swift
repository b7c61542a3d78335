import Wire

/// The table of a job, as its file names it.
struct TableTerms: Equatable {
    let train: String
    /// What the table must be, byte for byte.
    let digest: Digest?
    let schema: String?
    /// How long workers may keep the table; nil leaves it to them.
    let cache: CacheMode?

    init(train: String, digest: Digest? = nil, schema: String? = nil, cache: CacheMode? = nil) {
        self.train = train
        self.digest = digest
        self.schema = schema
        self.cache = cache
    }

    /// - Parameter data: the mapping that holds these among others.
    init(_ data: inout StrictYAML.Mapping, folder: String) throws(InputError) {
        let train = try data.required("train", example: "train: rows.csv").text()
        self.train = JobFile.path(train, in: folder)
        self.digest = try data.value("sha256").map { value throws(InputError) in
            try Self.digest(value)
        }
        self.schema = try data.value("schema").map { value throws(InputError) in
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
