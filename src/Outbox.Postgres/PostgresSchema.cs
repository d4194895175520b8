using Npgsql;
using Outbox.Storage;

namespace Outbox.Postgres;

/// <summary>Makes, migrates or validates the tables.</summary>
internal sealed class PostgresSchema(PostgresDatabase database)
{
    /// <summary>The version that this library reads and writes: the number of migrations.</summary>
    public static int Version => Migrations.Length;

    /// <summary>Each takes the tables one version further.</summary>
    private static readonly string[] Migrations = [ReadScript()];

    private readonly string _lock = $"select pg_advisory_xact_lock(hashtextextended('outbox schema {database.Options.Schema}', 0))";

    public string Script => ScriptFor(database.Options.Schema);

    public static string ScriptFor(string schema) => $"create schema if not exists \"{schema}\";\n\n{string.Join('\n', Migrations.Select(script => InSchema(script, schema)))}";

    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        if (database.Options.SchemaMode is SchemaMode.None)
        {
            await database.UseAsync(connection => connection.RunAsync("select 1", [], cancellationToken), cancellationToken);
            return;
        }

        var found = await database.UseAsync(connection => VersionAsync(connection, cancellationToken), cancellationToken);
        RefuseNewer(found);
        if (found == Version)
        {
            return;
        }

        if (database.Options.SchemaMode is SchemaMode.ValidateOnly)
        {
            throw found is null
                ? PostgresFailure.TablesMissing(database)
                : new OutboxStoreException(
                    $"The outbox's tables in schema '{database.Options.Schema}' are of version {found}, and this library needs {Version}. Run its IOutboxStore.SchemaScript's later part, "
                    + "or set PostgresStoreOptions.SchemaMode to CreateAndMigrate once.");
        }

        await MigrateAsync(cancellationToken);
    }

    private async ValueTask MigrateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await database.TransactAsync(
                async transaction =>
                {
                    var connection = transaction.Connection!;
                    await connection.RunAsync(_lock, [], cancellationToken);
                    var found = await VersionAsync(connection, cancellationToken);
                    RefuseNewer(found);
                    if (found is null && !await SchemaExistsAsync(connection, cancellationToken))
                    {
                        await connection.RunAsync($"create schema {database.Schema}", [], cancellationToken);
                    }

                    foreach (var migration in Migrations.Skip(found ?? 0))
                    {
                        await connection.RunAsync(InSchema(migration, database.Options.Schema), [], cancellationToken);
                    }

                    return true;
                },
                cancellationToken);
        }
        catch (OutboxStoreException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } denied)
        {
            throw new OutboxStoreException(
                $"The role that the outbox connects as may not make its tables in schema '{database.Options.Schema}' of database '{database.Name}': {denied.MessageText}. Run the script of "
                + "IOutboxStore.SchemaScript as the database's owner, grant this role usage on the schema and select, insert, update, delete on its tables, and set "
                + "PostgresStoreOptions.SchemaMode to ValidateOnly.",
                denied);
        }
    }

    private async Task<int?> VersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Not to_regclass: right after the wait for the lock it may still answer from what this session remembers of the catalogue.
        var exists = await connection.ReadAsync(
            "select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = 'outbox_schema')",
            [Sql.Text(database.Options.Schema)],
            row => row.GetBoolean(0),
            cancellationToken);
        return exists[0]
            ? (await connection.ReadAsync($"select coalesce(max(version), 0) from {database.Schema}.outbox_schema", [], row => row.GetInt32(0), cancellationToken))[0]
            : null;
    }

    private async Task<bool> SchemaExistsAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        (await connection.ReadAsync(
            "select exists (select from pg_namespace where nspname = $1)", [Sql.Text(database.Options.Schema)], row => row.GetBoolean(0), cancellationToken))[0];

    private void RefuseNewer(int? found)
    {
        if (found > Version)
        {
            throw new OutboxStoreException(
                $"The outbox's tables in schema '{database.Options.Schema}' of database '{database.Name}' are of version {found}, and this library knows versions up to {Version}. "
                + "Deploy the newer library here too; it reads its own version only.");
        }
    }

    private static string InSchema(string script, string schema) => script.Replace("{schema}", $"\"{schema}\"", StringComparison.Ordinal);

    private static string ReadScript()
    {
        using var stream = typeof(PostgresSchema).Assembly.GetManifestResourceStream("Outbox.Postgres.Schema.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
