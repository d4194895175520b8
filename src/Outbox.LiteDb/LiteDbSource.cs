using LiteDB;
using LiteDB.Engine;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>Which file, and how to write to it: the checked connection string and options.</summary>
internal sealed record LiteDbSource(ConnectionString ConnectionString, LiteDbStoreOptions Options)
{
    private const int SignatureAt = 32;
    private const byte Encrypted = 1;

    private static ReadOnlySpan<byte> Signature => "** This is a LiteDB file **"u8;

    /// <summary>The file's full path.</summary>
    public string File { get; } = Path.GetFullPath(ConnectionString.Filename);

    public static LiteDbSource Parse(string connectionString, LiteDbStoreOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        var parsed = Read(connectionString);
        if (string.IsNullOrWhiteSpace(parsed.Filename) || parsed.Filename.StartsWith(':'))
        {
            throw new ArgumentException(
                $"'{parsed.Filename}' is not a file. What is only in memory is gone with the process, and the outbox with it. " +
                "Give it a file, in tests one in the temporary folder: 'Filename=calls.db'.",
                nameof(connectionString));
        }

        if (parsed.Connection != ConnectionType.Direct)
        {
            throw new ArgumentException(
                "The connection string says Connection=shared. In that mode LiteDB opens and closes the file for each operation, and a transaction that ends on " +
                "another thread leaves it locked for every process. Leave it out: the outbox keeps the file open for one process, whose code uses the ILiteDatabase of the container.",
                nameof(connectionString));
        }

        if (parsed.ReadOnly)
        {
            throw new ArgumentException("The connection string says ReadOnly=true, and the outbox writes. Leave it out.", nameof(connectionString));
        }

        if (options.LockTimeout < TimeSpan.FromMilliseconds(1) || options.LockTimeout > TimeSpan.FromMinutes(10))
        {
            throw new ArgumentException(
                $"{nameof(LiteDbStoreOptions)}.{nameof(LiteDbStoreOptions.LockTimeout)} is {options.LockTimeout}. Give it 1 millisecond to 10 minutes.", nameof(options));
        }

        return new LiteDbSource(parsed, options);
    }

    /// <summary>Looks at the file before LiteDB does, which crops any file to whole pages before it looks what it is.</summary>
    /// <exception cref="OutboxStoreException">It is not LiteDB's.</exception>
    public void RefuseForeignFile()
    {
        if (ConnectionString.Upgrade || !System.IO.File.Exists(File))
        {
            return;
        }

        Span<byte> header = stackalloc byte[SignatureAt + Signature.Length];
        using var file = new FileStream(File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var read = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (read > 0 && header[0] != Encrypted && !header[SignatureAt..].SequenceEqual(Signature))
        {
            throw new OutboxStoreException(
                $"The file '{File}' is not LiteDB's. Check the path; a file of LiteDB 4 is converted where the connection string says Upgrade=true.");
        }
    }

    public LiteEngine OpenEngine() => new(new EngineSettings
    {
        Filename = File,
        Password = ConnectionString.Password,
        InitialSize = ConnectionString.InitialSize,
        Collation = ConnectionString.Collation,
        Upgrade = ConnectionString.Upgrade,
        AutoRebuild = ConnectionString.AutoRebuild,
    });

    private static ConnectionString Read(string connectionString)
    {
        try
        {
            return new ConnectionString(connectionString);
        }
        catch (Exception e) when (e is not ArgumentException { ParamName: nameof(connectionString) })
        {
            throw new ArgumentException($"The connection string cannot be read: {e.Message} Write 'Filename=calls.db'.", nameof(connectionString), e);
        }
    }
}
