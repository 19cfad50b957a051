using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using HostAtlas.Shared;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People;

/// <summary>
/// A list's <c>cursor</c> and <c>limit</c> (1-200, default 50). A cursor is what <c>next</c> of the page before said: the last item's id.
/// It names a place, not a number, so what is added meanwhile neither repeats nor skips an item.
/// </summary>
internal sealed record ListQuery(string? Cursor, int Limit, Failure? Fault)
{
    /// <summary>Reads both; a fault stays in <see cref="Fault"/>.</summary>
    public static ListQuery Read(IQueryCollection query)
    {
        var errors = new List<ContentError>();
        var limit = Limits.PageDefault;
        if (query["limit"] is { Count: > 0 } given && !(given.Count == 1
            && int.TryParse(given[0], NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= Limits.PageMax))
        {
            errors.Add(new ContentError("/limit", $"A number from 1 to {Limits.PageMax} is expected, once."));
        }
        var cursor = query["cursor"];
        if (cursor.Count > 1) errors.Add(new ContentError("/cursor", "One cursor is expected."));
        var text = string.IsNullOrEmpty(cursor.FirstOrDefault()) ? null : cursor[0];
        return new ListQuery(text, limit, errors.Count == 0 ? null : Failure.Invalid(errors));
    }

    /// <summary>A cursor that no page has named.</summary>
    public static readonly Failure UnknownCursor =
        Failure.Invalid(new ContentError("/cursor", "Not a cursor of this list: begin again without one."));

    /// <summary>Cuts a page from a list that is held in full.</summary>
    public Step<Page<T>> Cut<T>(IReadOnlyList<T> all, Func<T, string> id)
    {
        if (Fault is not null) return Fault;
        var start = 0;
        if (Cursor is not null)
        {
            while (start < all.Count && id(all[start]) != Cursor) start++;
            if (start == all.Count) return UnknownCursor;
            start++;
        }
        return PageOf(all.Skip(start).Take(Limit + 1).ToList(), id);
    }

    /// <summary>
    /// Answers the page that a request asks for of a list that is held in full: 200, or what is wrong with its cursor or limit.
    /// </summary>
    public static Answer AnswerOf<T>(HttpContext http, IReadOnlyList<T> all, Func<T, string> id, JsonTypeInfo<Page<T>> type)
    {
        var page = Read(http.Request.Query).Cut(all, id);
        return page.Value is { } items ? Answer.Json(StatusCodes.Status200OK, items, type) : page.Failure!;
    }

    /// <summary>A page of rows of which one more than the limit was asked for: the one more says that there is a next page.</summary>
    public Page<T> PageOf<T>(IReadOnlyList<T> oneMore, Func<T, string> id) =>
        oneMore.Count > Limit ? new Page<T>([.. oneMore.Take(Limit)], id(oneMore[Limit - 1])) : new Page<T>(oneMore, null);
}
