using System.Text;

namespace Outbox.Sqlite;

/// <summary>One SQL statement, encoded once. Sessions keep it prepared, and find it by identity: instances are static.</summary>
internal sealed class Sql(string text)
{
    /// <summary>The statement in the form that SQLite reads: UTF-8 with a zero at the end.</summary>
    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(text + '\0');

    public override string ToString() => text;
}
