using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>The tables: made, migrated or checked, whichever the options say.</summary>
internal sealed class SqliteSchema(SqliteDatabase database)
{
    /// <summary>The steps from each version to the next; the first makes the tables. A step that was released is never changed.</summary>
    private static readonly string[] Steps = [Resource("Schema.sql")];

    private static readonly Sql Tables = new("SELECT type || ' ' || name FROM sqlite_master WHERE name LIKE 'outbox!_%' ESCAPE '!' ORDER BY name");
    private static readonly Sql Version = new("SELECT version FROM outbox_schema");
    private static readonly Sql HasVersion = new("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'outbox_schema'");
    private static readonly Sql ForgetVersion = new("DELETE FROM outbox_schema");
    private static readonly Sql SetVersion = new("INSERT INTO outbox_schema (version) VALUES (?1)");

    public static int CurrentVersion => Steps.Length;

    /// <summary>The whole script. It may be run again: it makes only what is missing.</summary>
    public static string Script { get; } =
        string.Join('\n', Steps) +
        $"\nINSERT INTO outbox_schema (version) SELECT {CurrentVersion} WHERE NOT EXISTS (SELECT 1 FROM outbox_schema);\n";

    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        var version = await database.UseWriterAsync(VersionOf, cancellationToken);
        if (database.Options.SchemaMode == SchemaMode.None)
        {
            return;
        }

        RefuseNewer(version);
        if (database.Options.SchemaMode == SchemaMode.ValidateOnly)
        {
            await ValidateAsync(version, cancellationToken);
        }
        else if (version < CurrentVersion)
        {
            await database.WriteAsync(Migrate, cancellationToken);
        }
    }

    private bool Migrate(SqliteSession session)
    {
        // Another process may have migrated between the first look and the lock.
        var version = VersionOf(session);
        RefuseNewer(version);
        for (var step = version; step < CurrentVersion; step++)
        {
            foreach (var statement in Split(Steps[step]))
            {
                session.RunOnce(statement);
            }
        }

        session.Use(ForgetVersion).Run();
        session.Use(SetVersion).Bind(1, CurrentVersion).Run();
        return true;
    }

    private async ValueTask ValidateAsync(int version, CancellationToken cancellationToken)
    {
        var present = await database.UseWriterAsync(ReadTables, cancellationToken);
        var missing = Expected().Where(table => !present.Contains(table)).ToList();
        if (missing.Count > 0)
        {
            throw new OutboxStoreException(
                $"The database '{database.DataSource}' lacks: {string.Join(", ", missing)}. {nameof(SchemaMode)}.{nameof(SchemaMode.ValidateOnly)} changes nothing: " +
                $"run the script that IOutboxStore.SchemaScript has, or choose {nameof(SchemaMode)}.{nameof(SchemaMode.CreateAndMigrate)}.");
        }

        if (version < CurrentVersion)
        {
            throw new OutboxStoreException(
                $"The outbox's tables in '{database.DataSource}' have version {version}, this library needs version {CurrentVersion}. " +
                $"Open the database once with {nameof(SchemaMode)}.{nameof(SchemaMode.CreateAndMigrate)}.");
        }
    }

    private void RefuseNewer(int version)
    {
        if (version > CurrentVersion)
        {
            throw new OutboxStoreException(
                $"The outbox's tables in '{database.DataSource}' have version {version}, and this library knows versions up to {CurrentVersion}: " +
                "a newer release has migrated them. Run that release here too, or restore the database from before.");
        }
    }

    private static int VersionOf(SqliteSession session)
    {
        var table = session.Use(HasVersion);
        if (!table.Step())
        {
            return 0;
        }

        table.Reset();
        var version = session.Use(Version);
        if (!version.Step())
        {
            return 0;
        }

        var number = version.Int32(0);
        version.Reset();
        return number;
    }

    private static HashSet<string> ReadTables(SqliteSession session)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        var rows = session.Use(Tables);
        while (rows.Step())
        {
            present.Add(rows.Text(0));
        }

        return present;
    }

    /// <summary>What the steps make, in the words of sqlite_master: <c>table outbox_event</c>.</summary>
    private static IEnumerable<string> Expected() =>
        from statement in Steps.SelectMany(Split)
        let words = statement.Replace("UNIQUE ", string.Empty, StringComparison.Ordinal).Split(' ', '(')
        where words is ["CREATE", "TABLE" or "INDEX", "IF", "NOT", "EXISTS", ..]
        select $"{words[1].ToLowerInvariant()} {words[5]}";

    private static IEnumerable<string> Split(string script) =>
        WithoutComments(script).Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string WithoutComments(string script) =>
        string.Join('\n', script.Split('\n').Select(line => line.IndexOf("--", StringComparison.Ordinal) is >= 0 and var at ? line[..at] : line));

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(SqliteSchema).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
