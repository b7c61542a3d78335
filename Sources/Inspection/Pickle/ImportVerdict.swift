/// What is known of something that a pickle imports.
///
/// A list of what is known to do no more than hold data, and one of what is known to be dangerous
/// in such hands; everything else is unknown, and a suspicion: an import alone runs a module.
enum ImportVerdict: Equatable {
    case known, dangerous, unknown

    init(module: String, name: String) {
        let isHarmless = Self.harmlessNames[Self.modern(module)]?.contains(name) == true
        if isHarmless || Self.isStorage(module, name) {
            self = .known
        } else if Self.isDangerous(module, name) {
            self = .dangerous
        } else {
            self = .unknown
        }
    }

    /// Names of Python 2, and of NumPy before it moved its core.
    private static func modern(_ module: String) -> String {
        switch module {
        case "__builtin__": return "builtins"
        case "copy_reg": return "copyreg"
        default:
            return module.hasPrefix("numpy.core.")
                ? "numpy._core." + module.dropFirst("numpy.core.".count) : module
        }
    }

    private static let harmlessNames: [String: Set<String>] = [
        "builtins": [
            "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list",
            "object", "range", "set", "slice", "str", "tuple", "unicode", "long",
        ],
        "collections": ["Counter", "OrderedDict", "defaultdict", "deque"],
        "copyreg": ["__newobj__", "_reconstructor"],
        "_codecs": ["encode"],
        "datetime": ["date", "datetime", "time", "timedelta", "timezone"],
        "decimal": ["Decimal"], "fractions": ["Fraction"],
        "numpy": [
            "bool_", "complex128", "complex64", "dtype", "float16", "float32", "float64", "int16",
            "int32", "int64", "int8", "ndarray", "uint16", "uint32", "uint64", "uint8",
        ],
        "numpy._core.multiarray": ["_reconstruct", "scalar"],
        "numpy._core.numeric": ["_frombuffer"],
        "numpy.ma.core": ["_mareconstruct", "MaskedArray"],
        "numpy.random._pickle": ["__bit_generator_ctor", "__generator_ctor", "__randomstate_ctor"],
        "numpy.random._mt19937": ["MT19937"], "numpy.random._pcg64": ["PCG64"],
        "joblib.numpy_pickle": ["NumpyArrayWrapper"],
        "scipy.sparse._csr": ["csr_matrix", "csr_array"],
        "scipy.sparse._csc": ["csc_matrix", "csc_array"],
        "torch": [
            "Size", "device", "bfloat16", "float16", "float32", "float64", "int8", "int16", "int32",
            "int64", "uint8", "bool",
        ],
        "torch._utils": [
            "_rebuild_parameter", "_rebuild_parameter_with_state", "_rebuild_tensor",
            "_rebuild_tensor_v2", "_rebuild_qtensor", "_rebuild_sparse_tensor",
        ],
        "torch.nn.parameter": ["Parameter"],
        "torch.storage": ["TypedStorage", "UntypedStorage"],
    ]

    /// `torch.FloatStorage` and its kin: room for numbers.
    private static func isStorage(_ module: String, _ name: String) -> Bool {
        module == "torch" && name.hasSuffix("Storage")
            && name.utf8.allSatisfy { (65...90).contains($0) || (97...122).contains($0) }
    }

    /// Of these modules only what stands in `harmlessNames` is not dangerous.
    private static let dangerousModules: Set<String> = [
        "_aix_support", "_codecs", "_ctypes", "_imp", "_io", "_osx_support", "_pickle",
        "_posixsubprocess", "_pyrepl", "_socket", "_thread", "aiohttp", "asyncio", "atexit", "bdb",
        "builtins",
        "cProfile", "cloudpickle", "code", "codeop", "commands", "ctypes", "dill", "distutils",
        "doctest", "ensurepip", "fileinput", "ftplib", "functools", "gc", "glob", "http", "httplib",
        "idlelib", "imaplib", "imp", "importlib", "inspect", "io", "itertools", "joblib", "lib2to3",
        "linecache", "logging", "marshal", "multiprocessing", "nt", "operator", "os", "pathlib",
        "pdb", "pickle", "pip", "pkgutil", "platform", "poplib", "popen2", "posix", "posixpath",
        "profile", "pty", "py_compile", "pydoc", "requests", "resource", "runpy", "shutil",
        "signal", "site", "smtplib", "socket", "socketserver", "ssl", "subprocess", "sys",
        "sysconfig", "tarfile", "telnetlib", "tempfile", "test", "threading", "timeit", "trace",
        "types", "typing", "unittest", "urllib", "urllib2", "uuid", "venv", "webbrowser", "xmlrpc",
        "zipfile", "zipimport", "zipapp",
    ]

    /// In modules that are not dangerous as a whole.
    private static let dangerousNames: Set<String> = [
        "numpy.load", "numpy.fromfile", "numpy.memmap", "numpy.savetxt", "numpy.save",
        "numpy.testing._private.utils.runstring", "numpy.f2py.crackfortran.myeval",
        "torch.load", "torch.save", "torch.serialization.load", "torch.storage._load_from_bytes",
        "torch.hub.load", "torch.jit.load", "torch.compile", "pandas.read_pickle", "pandas.eval",
        "pandas.io.pickle.read_pickle",
    ]

    private static func isDangerous(_ module: String, _ name: String) -> Bool {
        let modern = Self.modern(module)
        let top = modern.prefix { $0 != "." }
        if Self.dangerousModules.contains(String(top)) { return true }
        if Self.dangerousNames.contains("\(modern).\(name)") { return true }
        // `module.name` may lead to another module that the first one has imported.
        let parts = (modern + "." + name).split(separator: ".")
        let reaches = ["os", "sys", "subprocess", "builtins", "importlib", "ctypes", "socket"]
        let doors = ["eval", "exec", "system", "popen", "__import__", "getattr", "__globals__"]
        return parts.dropFirst().contains {
            reaches.contains(String($0)) || doors.contains(String($0))
        }
    }
}
