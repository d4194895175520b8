using System.ComponentModel;
using System.Data.Common;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Outbox.Cli.Store;

/// <summary>Which database, and how the answer looks.</summary>
internal class StoreSettings : CommandSettings
{
    /// <summary>Where the store's kind is read from when it is not given.</summary>
    public const string StoreVariable = "OUTBOX_STORE";

    /// <summary>Where the connection string is read from when it is not given: it may hold a password, which a command line shows to everybody.</summary>
    public const string ConnectionVariable = "OUTBOX_CONNECTION";

    [CommandOption("--store <STORE>")]
    [Description("sqlite or postgres. Default: OUTBOX_STORE, or sqlite.")]
    public string? Store { get; init; } = Environment.GetEnvironmentVariable(StoreVariable);

    [CommandOption("--connection <STRING>")]
    [Description("The connection string that the host uses. Default: OUTBOX_CONNECTION.")]
    public string? Connection { get; init; } = Environment.GetEnvironmentVariable(ConnectionVariable);

    [CommandOption("--schema <NAME>")]
    [Description("PostgreSQL: the schema that the tables are in. Default: outbox.")]
    public string Schema { get; init; } = "outbox";

    [CommandOption("--json")]
    [Description("Prints JSON, for scripts.")]
    public bool Json { get; init; }

    public bool IsPostgres => string.Equals(Store, "postgres", StringComparison.OrdinalIgnoreCase);

    public override ValidationResult Validate()
    {
        if (!string.IsNullOrEmpty(Store) && !IsPostgres && !string.Equals(Store, "sqlite", StringComparison.OrdinalIgnoreCase))
        {
            return ValidationResult.Error($"There is no store '{Store}'. Give --store sqlite or --store postgres.");
        }

        return string.IsNullOrWhiteSpace(Connection)
            ? ValidationResult.Error($"Which database? Give --connection \"Data Source=calls.db\", or set {ConnectionVariable}.")
            : Refuse(Connection) ?? ValidationResult.Success();
    }

    // The string itself is not repeated: it may hold a password.
    private static ValidationResult? Refuse(string connection)
    {
        try
        {
            _ = new DbConnectionStringBuilder { ConnectionString = connection };
            return null;
        }
        catch (ArgumentException)
        {
            return ValidationResult.Error("--connection is no connection string. Give the one that the host has: \"Data Source=calls.db\", or \"Host=…;Database=…\".");
        }
    }
}
