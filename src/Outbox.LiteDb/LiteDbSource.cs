using LiteDB;
using LiteDB.Engine;

namespace Outbox.LiteDb;

/// <summary>Which file, and how to write to it: the checked connection string and options.</summary>
internal sealed record LiteDbSource(ConnectionString ConnectionString, LiteDbStoreOptions Options)
{
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
