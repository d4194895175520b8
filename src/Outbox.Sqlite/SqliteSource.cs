using Microsoft.Data.Sqlite;

namespace Outbox.Sqlite;

/// <summary>Which database, and how to write to it: the checked connection string and options.</summary>
internal sealed record SqliteSource(SqliteConnectionStringBuilder ConnectionString, SqliteStoreOptions Options)
{
    public static SqliteSource Parse(string connectionString, SqliteStoreOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        var parsed = new SqliteConnectionStringBuilder(connectionString);
        if (IsMemory(parsed))
        {
            throw new ArgumentException(
                $"'{parsed.DataSource}' is a database in memory. The outbox and your own code would each see another database, and all would be gone with the process. " +
                "Give it a file, in tests one in the temporary folder: 'Data Source=calls.db'.",
                nameof(connectionString));
        }

        if (parsed.Cache == SqliteCacheMode.Shared)
        {
            throw new ArgumentException(
                "The connection string says Cache=Shared. A shared cache locks whole tables against readers, and those locks fail at once instead of waiting. " +
                "Leave it out: write-ahead logging lets readers and a writer work side by side.",
                nameof(connectionString));
        }

        if (parsed.Mode == SqliteOpenMode.ReadOnly)
        {
            throw new ArgumentException("The connection string says Mode=ReadOnly, and the outbox writes. Leave it out.", nameof(connectionString));
        }

        if (options.LockTimeout < TimeSpan.FromMilliseconds(1) || options.LockTimeout > TimeSpan.FromMinutes(10))
        {
            throw new ArgumentException(
                $"{nameof(SqliteStoreOptions)}.{nameof(SqliteStoreOptions.LockTimeout)} is {options.LockTimeout}. Give it 1 millisecond to 10 minutes.", nameof(options));
        }

        return new SqliteSource(parsed, options);
    }

    private static bool IsMemory(SqliteConnectionStringBuilder parsed) =>
        parsed.Mode == SqliteOpenMode.Memory
        || string.IsNullOrWhiteSpace(parsed.DataSource)
        || parsed.DataSource.Contains(":memory:", StringComparison.OrdinalIgnoreCase)
        || parsed.DataSource.Contains("mode=memory", StringComparison.OrdinalIgnoreCase);
}
