using Npgsql;
using NpgsqlTypes;

namespace Outbox.Postgres;

/// <summary>Typed parameters and short ways to run statements.</summary>
internal static class Sql
{
    public static NpgsqlParameter Text(string? value) => Of(NpgsqlDbType.Text, value);

    public static NpgsqlParameter Bigint(long? value) => Of(NpgsqlDbType.Bigint, value);

    public static NpgsqlParameter Int(int? value) => Of(NpgsqlDbType.Integer, value);

    public static NpgsqlParameter Bool(bool value) => Of(NpgsqlDbType.Boolean, value);

    public static NpgsqlParameter Time(DateTimeOffset? value) => Of(NpgsqlDbType.TimestampTz, value?.ToUniversalTime());

    public static NpgsqlParameter Duration(TimeSpan value) => Of(NpgsqlDbType.Interval, value);

    public static NpgsqlParameter Bytes(ReadOnlyMemory<byte> value) => Of(NpgsqlDbType.Bytea, value);

    public static NpgsqlParameter Texts(string?[]? values) => Of(NpgsqlDbType.Array | NpgsqlDbType.Text, values);

    public static NpgsqlParameter Bigints<T>(T[] values) => Of(NpgsqlDbType.Array | NpgsqlDbType.Bigint, values);

    public static NpgsqlParameter Ints<T>(T[] values) => Of(NpgsqlDbType.Array | NpgsqlDbType.Integer, values);

    public static NpgsqlParameter Bools(bool[] values) => Of(NpgsqlDbType.Array | NpgsqlDbType.Boolean, values);

    public static NpgsqlParameter Times<T>(T[] values) => Of(NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, values);

    public static NpgsqlParameter Blobs(byte[][] values) => Of(NpgsqlDbType.Array | NpgsqlDbType.Bytea, values);

    /// <summary>Adds a statement with its positional parameters.</summary>
    public static void Add(this NpgsqlBatch batch, string text, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(text);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        batch.BatchCommands.Add(command);
    }

    /// <summary>Runs one statement and gives the number of rows that it changed.</summary>
    public static async Task<int> RunAsync(
        this NpgsqlConnection connection, string text, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, text, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs one statement and reads all its rows.</summary>
    public static async Task<List<T>> ReadAsync<T>(
        this NpgsqlConnection connection, string text, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, text, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.RowsAsync(read, cancellationToken);
    }

    /// <summary>Runs one statement, which the connection keeps prepared, and reads all its rows.</summary>
    public static async Task<List<T>> ReadPreparedAsync<T>(
        this NpgsqlConnection connection, string text, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, text, []);
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.RowsAsync(read, cancellationToken);
    }

    /// <summary>Reads the rows of the result that the reader stands on.</summary>
    public static async Task<List<T>> RowsAsync<T>(this NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public static string? TextOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static int? IntOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt32(column);

    public static DateTimeOffset Time(this NpgsqlDataReader reader, int column) => new(reader.GetDateTime(column));

    public static DateTimeOffset? TimeOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.Time(column);

    /// <summary>A duration in whole microseconds, PostgreSQL's grain.</summary>
    public static long Microseconds(this TimeSpan duration) => duration.Ticks / TimeSpan.TicksPerMicrosecond;

    private static NpgsqlCommand Command(NpgsqlConnection connection, string text, NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(text, connection);
        command.Parameters.AddRange(parameters);
        return command;
    }

    private static NpgsqlParameter Of<T>(NpgsqlDbType type, T value) =>
        value is null ? new NpgsqlParameter { NpgsqlDbType = type, Value = DBNull.Value } : new NpgsqlParameter<T> { NpgsqlDbType = type, TypedValue = value };
}
