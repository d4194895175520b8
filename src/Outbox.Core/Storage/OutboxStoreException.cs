namespace Outbox.Storage;

/// <summary>The database cannot do what the outbox needs of it. The message says what is wrong and what to do.</summary>
public sealed class OutboxStoreException : Exception
{
    /// <summary>Says what is wrong and what to do.</summary>
    /// <param name="message">What is wrong, the value, and the cure.</param>
    /// <param name="innerException">The driver's exception, when there is one.</param>
    /// <param name="isTransient">Whether waiting may cure it: the outbox then tries again by itself.</param>
    public OutboxStoreException(string message, Exception? innerException = null, bool isTransient = false)
        : base(message, innerException)
    {
        IsTransient = isTransient;
    }

    /// <summary>Whether waiting may cure it: the outbox then tries again by itself.</summary>
    public bool IsTransient { get; }
}

/// <summary>What a store does about its tables when it opens.</summary>
public enum SchemaMode
{
    /// <summary>Make the tables, and migrate those of an earlier version. The default for embedded databases.</summary>
    CreateAndMigrate = 0,

    /// <summary>Check that the tables are there in this version; fail, naming the script, where they are not.</summary>
    ValidateOnly = 1,

    /// <summary>Do nothing. <see cref="IOutboxStore.SchemaScript"/> has the script to run by other means.</summary>
    None = 2,
}
