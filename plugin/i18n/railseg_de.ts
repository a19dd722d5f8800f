<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" sourcelanguage="en" language="de">
  <context>
    <name>RailSeg</name>
    <message>
      <source>No part of the area lies on the picture. Choose another area, or check its coordinate reference system.</source>
      <translation>Auf dem Bild liegt nichts von diesem Gebiet. Ein anderes wählen oder sein Koordinatenbezugssystem prüfen.</translation>
    </message>
    <message>
      <source>The extent to work on is empty. Choose another.</source>
      <translation>Die zu bearbeitende Ausdehnung ist leer. Eine andere wählen.</translation>
    </message>
    <message>
      <source>The area lies outside the range of the picture's map projection. Check the area's CRS.</source>
      <translation>Das Gebiet liegt dort, wohin die Kartenprojektion des Bildes nicht reicht. Das KBS des Gebiets prüfen.</translation>
    </message>
    <message>
      <source>Railway</source>
      <translation>Eisenbahn</translation>
    </message>
    <message>
      <source>{name} will be a table without lines or points. Choose .gpkg to see them on the map.</source>
      <translation>{name} wird eine Tabelle ohne Linien und Punkte. .gpkg wählen, um sie auf der Karte zu sehen.</translation>
    </message>
    <message>
      <source>The run was stopped because RailSeg's environment is being rebuilt. Run it again.</source>
      <translation>Der Lauf wurde beendet, weil die Umgebung von RailSeg neu angelegt wird. Starten Sie ihn noch einmal.</translation>
    </message>
    <message>
      <source>The finished part is kept for a week: run the same again to continue.</source>
      <translation>Der fertige Teil wird eine Woche lang aufbewahrt: Starten Sie dasselbe noch einmal, um fortzufahren.</translation>
    </message>
    <message>
      <source>The layer {name} was edited during the run, which has replaced its data. Discard those edits: they belong to what was there before.</source>
      <translation>Der Layer {name} wurde während des Laufs bearbeitet, der seine Daten ersetzt hat. Verwerfen Sie diese Änderungen: Sie gehören zu dem, was vorher da war.</translation>
    </message>
    <message>
      <source>Clean railway mask</source>
      <translation>Gleismaske bereinigen</translation>
    </message>
    <message>
      <source>rail,track,mask,morphology,opening,closing,erosion,dilation</source>
      <translation>Bahn,Eisenbahn,Schiene,Gleis,Maske,Morphologie,Opening,Öffnen,Closing,Schließen,Erosion,Dilatation</translation>
    </message>
    <message>
      <source>Cleans a mask of railway tracks: an opening removes specks and thin bridges, then a closing fills gaps. Sizes are in metres on the ground.

In a mask, non-zero pixels are track; in a probability raster, those that reach the threshold.</source>
      <translation>Bereinigt eine Maske von Gleisen: Ein Opening (Öffnen) entfernt Flecken und dünne Brücken, dann füllt ein Closing (Schließen) Lücken. Größen sind Meter am Boden.

Eine Maske hat dort von Null verschiedene Pixel, wo Gleis ist; von einem Wahrscheinlichkeitsraster zählen die Pixel, die den Schwellenwert erreichen.</translation>
    </message>
    <message>
      <source>Removes specks from a mask of railway tracks and fills its gaps.</source>
      <translation>Entfernt Flecken aus einer Maske von Gleisen und füllt ihre Lücken.</translation>
    </message>
    <message>
      <source>Cleaned mask</source>
      <translation>Bereinigte Maske</translation>
    </message>
    <message>
      <source>The cleaned mask.</source>
      <translation>Die bereinigte Maske.</translation>
    </message>
    <message>
      <source>Compare railway with a map</source>
      <translation>Gleise mit einer Karte vergleichen</translation>
    </message>
    <message>
      <source>rail,track,openstreetmap,osm,change,update,difference,conflation,asset register,compare</source>
      <translation>Bahn,Eisenbahn,Gleis,OpenStreetMap,OSM,Änderung,Aktualisierung,Fortführung,Unterschied,Anlagenverzeichnis,Vergleich</translation>
    </message>
    <message>
      <source>Compares extracted tracks with lines that you have, such as an OpenStreetMap export or an asset register: what was extracted but isn't in the map (new), what is in the map but wasn't extracted (missing), and what is in both, either in the same place (matched) or shifted, by offset_dm decimetres to the left of the map's line, in the direction of the extracted track.

Tracks are matched one to one: where the map has one of two tracks, the other is new. The layers may have any coordinate reference systems. If the map extends beyond the picture, choose the picture as well; otherwise all that lies outside it is missing.</source>
      <translation>Vergleicht extrahierte Gleise mit vorhandenen Linien, etwa einem Auszug aus OpenStreetMap oder einem Anlagenverzeichnis: was extrahiert wurde und nicht in der Karte steht (neu), was in der Karte steht und nicht extrahiert wurde (fehlend), und was in beiden steht, am richtigen Ort (übereinstimmend) oder daneben (verschoben, offset_dm Dezimeter links der Linie der Karte, in der Richtung des extrahierten Gleises).

Gleise werden eins zu eins zugeordnet: Wo die Karte nur eines von zwei Gleisen hat, ist das andere neu. Die Layer dürfen beliebige Koordinatenbezugssysteme haben. Auch das Bild wählen, wenn die Karte darüber hinausreicht; sonst gilt alles, was dort liegt, als fehlend.</translation>
    </message>
    <message>
      <source>Shows what extracted tracks have that an existing map doesn't, and the other way round.</source>
      <translation>Sagt, was extrahierte Gleise einer vorhandenen Karte voraushaben und umgekehrt.</translation>
    </message>
    <message>
      <source>Map</source>
      <translation>Karte</translation>
    </message>
    <message>
      <source>The lines to compare with, one per track. All of them count: filter the layer where it has others, such as roads or dismantled railways.</source>
      <translation>Die Linien, mit denen verglichen wird, eine je Gleis. Alle zählen: den Layer filtern, wenn er andere enthält, etwa Straßen oder abgebaute Strecken.</translation>
    </message>
    <message>
      <source>Minimum shift (m)</source>
      <translation>Verschoben ab (m)</translation>
    </message>
    <message>
      <source>The offset from which a track counts as shifted, in metres on the ground, averaged over 25 m of track.</source>
      <translation>Ab welcher Abweichung ein Gleis als verschoben gilt, in Metern am Boden, im Mittel über 25 m.</translation>
    </message>
    <message>
      <source>Search distance (m)</source>
      <translation>Suchabstand (m)</translation>
    </message>
    <message>
      <source>How far a track may lie from its place in the map, in metres on the ground: less than the distance between two tracks.</source>
      <translation>Wie weit ein Gleis von seinem Ort in der Karte entfernt liegen darf, in Metern am Boden: weniger als der Abstand zweier Gleise.</translation>
    </message>
    <message>
      <source>New tracks</source>
      <translation>Neue Gleise</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks that aren't in the map; track_id is the track's.</source>
      <translation>Teile der extrahierten Gleise, die die Karte nicht hat; track_id ist die des Gleises.</translation>
    </message>
    <message>
      <source>Missing tracks</source>
      <translation>Fehlende Gleise</translation>
    </message>
    <message>
      <source>Parts of the map's lines that were not extracted; reference_fid is the feature's id in the map.</source>
      <translation>Teile der Linien der Karte, die nicht extrahiert wurden; reference_fid ist die Kennung des Objekts in der Karte.</translation>
    </message>
    <message>
      <source>Shifted tracks</source>
      <translation>Verschobene Gleise</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks, 25 m long at most, that the map has elsewhere: offset_dm decimetres off.</source>
      <translation>Teile der extrahierten Gleise, höchstens 25 m lang, die in der Karte anderswo liegen: um offset_dm Dezimeter verschoben.</translation>
    </message>
    <message>
      <source>Matched tracks</source>
      <translation>Übereinstimmende Gleise</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks that the map has in the same place.</source>
      <translation>Teile der extrahierten Gleise, die in der Karte dort liegen, wo sie sind.</translation>
    </message>
    <message>
      <source>Length of the new tracks (m)</source>
      <translation>Länge der neuen Gleise (m)</translation>
    </message>
    <message>
      <source>Length of the missing tracks (m)</source>
      <translation>Länge der fehlenden Gleise (m)</translation>
    </message>
    <message>
      <source>Length of the shifted tracks (m)</source>
      <translation>Länge der verschobenen Gleise (m)</translation>
    </message>
    <message>
      <source>Length of the matched tracks (m)</source>
      <translation>Länge der übereinstimmenden Gleise (m)</translation>
    </message>
    <message>
      <source>Mean distance of the shifted and matched tracks (dm)</source>
      <translation>Mittlerer Abstand der verschobenen und übereinstimmenden Gleise (dm)</translation>
    </message>
    <message>
      <source>Two outputs have the same name: {path}. Give them different names.</source>
      <translation>Zwei Ausgaben haben denselben Namen: {path}. Jeder einen eigenen Namen geben.</translation>
    </message>
    <message>
      <source>{path} is an input: an output would replace it. Give the output another name.</source>
      <translation>{path} wird gelesen: Eine Ausgabe würde die Datei ersetzen. Der Ausgabe einen anderen Namen geben.</translation>
    </message>
    <message>
      <source>The layer {name} is being edited, and an output would replace its data ({path}). Save or discard its edits, or give the output another name.</source>
      <translation>Der Layer {name} wird gerade bearbeitet, und eine Ausgabe würde seine Daten ({path}) ersetzen. Speichern oder verwerfen Sie die Änderungen, oder geben Sie der Ausgabe einen anderen Namen.</translation>
    </message>
    <message>
      <source>{name} can't be written: the folder {folder} doesn't exist or is read-only. Choose another.</source>
      <translation>{name} kann nicht geschrieben werden: Den Ordner {folder} gibt es nicht, oder er ist schreibgeschützt. Einen anderen wählen.</translation>
    </message>
    <message>
      <source>{path} contains other layers, which would be lost: {layers}. Add the output to it with 'Save to GeoPackage…', or give the output another name.</source>
      <translation>{path} enthält andere Layer, die verloren gingen: {layers}. Die Ausgabe mit „Speichere in GeoPackage…“ hinzufügen oder ihr einen anderen Namen geben.</translation>
    </message>
    <message>
      <source>QGIS can't open {path} because of the %. Choose a folder and a name without it.</source>
      <translation>QGIS kann {path} wegen des % nicht öffnen. Einen Ordner und einen Namen ohne dieses Zeichen wählen.</translation>
    </message>
    <message>
      <source>{name} can't be written as {ending}, which has no room for the fields. Choose .gpkg and export that.</source>
      <translation>{name} kann nicht als {ending} geschrieben werden: Das Format hat keinen Platz für die Felder. .gpkg wählen und dieses exportieren.</translation>
    </message>
    <message>
      <source>{name} can't be written: the database {database} can't be reached. Check its connection and your password, or choose another output.</source>
      <translation>{name} kann nicht geschrieben werden: Die Datenbank {database} ist nicht erreichbar. Prüfen Sie ihre Verbindung und Ihr Passwort, oder wählen Sie eine andere Ausgabe.</translation>
    </message>
    <message>
      <source>Evaluate railway</source>
      <translation>Gleise bewerten</translation>
    </message>
    <message>
      <source>rail,track,switch,quality,accuracy,completeness,correctness,reference,compare,validate</source>
      <translation>Bahn,Eisenbahn,Gleis,Weiche,Qualität,Genauigkeit,Vollständigkeit,Korrektheit,Referenz,Vergleich,Validierung</translation>
    </message>
    <message>
      <source>Compares extracted tracks with tracks that you know to be right: how much was found, how much of what was drawn is right, how far off it is, whether the number of tracks is right from place to place, whether switches are where they should be, and whether the routes along the tracks are the same.

The layers may have any coordinate reference systems. If the reference extends beyond the picture, choose the picture as well. Reference features are ignored if their field state is 'hidden' or their field what is 'ignore'. The reference has a switch wherever three tracks meet.

A figure that can't be calculated, such as the share of switches found where the reference has none, is left out.</source>
      <translation>Vergleicht extrahierte Gleise mit solchen, die bekanntermaßen richtig sind: wie viel gefunden wurde, wie viel des Gezeichneten richtig ist, wie weit es danebenliegt, ob die Anzahl der Gleise von Ort zu Ort stimmt, ob Weichen liegen, wo sie sollen, und ob die Wege entlang der Gleise dieselben sind.

Die Layer dürfen beliebige Koordinatenbezugssysteme haben. Auch das Bild wählen, wenn die Referenz darüber hinausreicht. Objekte der Referenz zählen nicht, wenn ihr Feld state den Wert 'hidden' oder ihr Feld what den Wert 'ignore' hat. Weichen der Referenz liegen dort, wo drei Gleise zusammenlaufen.

Eine Zahl, über die sich nichts sagen lässt, etwa der Anteil der Weichen, wenn die Referenz keine hat, wird weggelassen.</translation>
    </message>
    <message>
      <source>Measures how good extracted railway tracks are, against tracks that you know to be right.</source>
      <translation>Sagt, wie gut extrahierte Gleise sind, gemessen an Gleisen, die bekanntermaßen richtig sind.</translation>
    </message>
    <message>
      <source>Extracted nodes</source>
      <translation>Extrahierte Knoten</translation>
    </message>
    <message>
      <source>The nodes that 'Extract railway' has drawn: those whose field railway is 'switch' are compared. Empty: there is a switch wherever three tracks meet.</source>
      <translation>Die Knoten, die 'Gleise extrahieren' gezeichnet hat: Verglichen werden jene, deren Feld railway den Wert 'switch' hat. Leer: Weichen liegen dort, wo drei Gleise zusammenlaufen.</translation>
    </message>
    <message>
      <source>Reference tracks</source>
      <translation>Referenzgleise</translation>
    </message>
    <message>
      <source>The centre lines of the tracks that are really there, traced or surveyed.</source>
      <translation>Die Achsen der Gleise, die wirklich da sind, nachgezeichnet oder vermessen.</translation>
    </message>
    <message>
      <source>Tolerance (m)</source>
      <translation>Toleranz (m)</translation>
    </message>
    <message>
      <source>How far a line may be from the reference, in metres on the ground: less than half the distance between two tracks, or the neighbouring track counts.</source>
      <translation>Wie weit eine Linie von der Referenz entfernt sein darf, in Metern am Boden: weniger als der halbe Abstand zweier Gleise, sonst zählt das Nachbargleis.</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks that are right; offset_cm is positive to the left.</source>
      <translation>Teile der extrahierten Gleise, die richtig sind; offset_cm zählt nach links.</translation>
    </message>
    <message>
      <source>Missed tracks</source>
      <translation>Übersehene Gleise</translation>
    </message>
    <message>
      <source>Parts of the reference that have no extracted track.</source>
      <translation>Teile der Referenz, zu denen es kein extrahiertes Gleis gibt.</translation>
    </message>
    <message>
      <source>False tracks</source>
      <translation>Falsche Gleise</translation>
    </message>
    <message>
      <source>Parts of the extracted tracks that have no reference.</source>
      <translation>Teile der extrahierten Gleise, zu denen es keine Referenz gibt.</translation>
    </message>
    <message>
      <source>Compared switches</source>
      <translation>Verglichene Weichen</translation>
    </message>
    <message>
      <source>outcome: matched, missed or false; along_m: how far a matched switch lies beyond the one in the reference.</source>
      <translation>outcome: matched (zugeordnet), missed (übersehen) oder false (falsch); along_m: wie weit eine zugeordnete hinter der Weiche der Referenz liegt.</translation>
    </message>
    <message>
      <source>Completeness: share of the reference that was found</source>
      <translation>Vollständigkeit: Anteil der Referenz, der gefunden wurde</translation>
    </message>
    <message>
      <source>Correctness: share of the extracted tracks that is right</source>
      <translation>Korrektheit: Anteil der extrahierten Gleise, der richtig ist</translation>
    </message>
    <message>
      <source>Quality: correct length divided by all that was extracted or missed</source>
      <translation>Qualität: richtige Länge durch alles, was extrahiert oder übersehen wurde</translation>
    </message>
    <message>
      <source>Redundancy: share of the right tracks that is drawn twice</source>
      <translation>Redundanz: Anteil der richtigen Gleise, der doppelt gezeichnet ist</translation>
    </message>
    <message>
      <source>Lateral offset, root mean square (cm)</source>
      <translation>Querabweichung, quadratisches Mittel (cm)</translation>
    </message>
    <message>
      <source>Lateral offset, mean to the left (cm)</source>
      <translation>Querabweichung, Mittel nach links (cm)</translation>
    </message>
    <message>
      <source>Lateral offset that 95 % do not exceed (cm)</source>
      <translation>Querabweichung, die 95 % nicht überschreiten (cm)</translation>
    </message>
    <message>
      <source>Gaps per km</source>
      <translation>Lücken je km</translation>
    </message>
    <message>
      <source>Length of the reference (m)</source>
      <translation>Länge der Referenz (m)</translation>
    </message>
    <message>
      <source>Length of the extracted tracks (m)</source>
      <translation>Länge der extrahierten Gleise (m)</translation>
    </message>
    <message>
      <source>Share of cross-sections with the right number of tracks</source>
      <translation>Anteil der Querschnitte mit der richtigen Anzahl von Gleisen</translation>
    </message>
    <message>
      <source>Mean error of the number of tracks</source>
      <translation>Mittlerer Fehler der Anzahl der Gleise</translation>
    </message>
    <message>
      <source>Switches of the reference</source>
      <translation>Weichen der Referenz</translation>
    </message>
    <message>
      <source>Extracted switches</source>
      <translation>Extrahierte Weichen</translation>
    </message>
    <message>
      <source>Share of the extracted switches that is right</source>
      <translation>Anteil der extrahierten Weichen, der richtig ist</translation>
    </message>
    <message>
      <source>Share of the reference's switches that was found</source>
      <translation>Anteil der Weichen der Referenz, der gefunden wurde</translation>
    </message>
    <message>
      <source>Harmonic mean of both</source>
      <translation>Harmonisches Mittel beider</translation>
    </message>
    <message>
      <source>Switches' offset along the track, root mean square (m)</source>
      <translation>Abweichung der Weichen längs des Gleises, quadratisches Mittel (m)</translation>
    </message>
    <message>
      <source>Share of the switches found that branch off to the correct side</source>
      <translation>Anteil der gefundenen Weichen, die zur richtigen Seite abzweigen</translation>
    </message>
    <message>
      <source>Path similarity: whether routes along the tracks are the same</source>
      <translation>Wegähnlichkeit: ob die Wege entlang der Gleise dieselben sind</translation>
    </message>
    <message>
      <source>The layer {name} has no field railway. Choose nodes that RailSeg has drawn, or none.</source>
      <translation>Der Layer {name} hat kein Feld railway. Knoten wählen, die RailSeg gezeichnet hat, oder keine.</translation>
    </message>
    <message>
      <source>Export training chips</source>
      <translation>Trainings-Chips exportieren</translation>
    </message>
    <message>
      <source>rail,track,training,chips,tiles,labels,mask,deep learning,fine-tune,annotation</source>
      <translation>Bahn,Eisenbahn,Gleis,Training,Chips,Kacheln,Labels,Maske,Deep Learning,Feinabstimmung,Annotation</translation>
    </message>
    <message>
      <source>Cuts a picture, and the tracks that you traced in it, into pairs of small pictures that RailSeg's training reads: NAME.png and NAME_target.png, at 0.2 m per pixel. In the target, red is track, green its centre line, and blue what is ignored.

Trace one line per track, midway between its rails. Whatever isn't traced is taken for background, so choose an area in which every track is traced. Lines with the field state = 'hidden' or what = 'ignore' are ignored, those rejected in the review are background. Instead of lines you can use polygons of the ground that the tracks cover, one per track: those wider than 4 m are ignored.</source>
      <translation>Zerschneidet ein Bild und die darin nachgezeichneten Gleise in Paare kleiner Bilder, die das Training von RailSeg liest: NAME.png und NAME_target.png, mit 0,2 m, in denen Gleis rot ist, seine Achse grün und blau, was nicht zählt.

Eine Linie je Gleis zeichnen, in der Mitte zwischen seinen Schienen. Was nicht nachgezeichnet ist, gilt als Untergrund: das Gebiet wählen, in dem jedes Gleis nachgezeichnet ist. Linien mit dem Feld state = 'hidden' oder what = 'ignore' zählen nicht, bei der Durchsicht verworfene sind Untergrund. Statt ihrer dürfen auch Polygone für die Fläche der Gleise stehen, eines je Gleis: Solche, die breiter als 4 m sind, zählen nicht.</translation>
    </message>
    <message>
      <source>Cuts a picture and the tracks traced in it into chips that RailSeg's training reads.</source>
      <translation>Zerschneidet ein Bild und die darin nachgezeichneten Gleise in Chips, die das Training von RailSeg liest.</translation>
    </message>
    <message>
      <source>Traced tracks</source>
      <translation>Nachgezeichnete Gleise</translation>
    </message>
    <message>
      <source>The centre lines of all tracks in the area, one line each; or polygons of the ground that they cover.</source>
      <translation>Die Achsen aller Gleise in dem Gebiet, je eine Linie; oder Polygone der Fläche, die sie einnehmen.</translation>
    </message>
    <message>
      <source>Side of a chip (m)</source>
      <translation>Seite eines Chips (m)</translation>
    </message>
    <message>
      <source>In metres on the ground; 102.4 m are 512 pixels of 0.2 m.</source>
      <translation>In Metern am Boden; 102,4 m sind 512 Pixel von 0,2 m.</translation>
    </message>
    <message>
      <source>Chips without track per chip with track</source>
      <translation>Chips ohne Gleis je Chip mit Gleis</translation>
    </message>
    <message>
      <source>0: only chips that a track crosses; 1: as many without as with. Empty: all chips.</source>
      <translation>0: nur Chips, durch die ein Gleis läuft; 1: ebenso viele ohne. Leer: alle, die es gibt.</translation>
    </message>
    <message>
      <source>Folder of chips</source>
      <translation>Ordner für die Chips</translation>
    </message>
    <message>
      <source>Existing chips of this picture are replaced; those of others are kept.</source>
      <translation>Chips dieses Bildes, die es schon gibt, werden ersetzt; die anderer Bilder bleiben.</translation>
    </message>
    <message>
      <source>Number of chips</source>
      <translation>Anzahl der Chips</translation>
    </message>
    <message>
      <source>Number of chips with a track</source>
      <translation>Anzahl der Chips mit Gleis</translation>
    </message>
    <message>
      <source>Extract railway</source>
      <translation>Gleise extrahieren</translation>
    </message>
    <message>
      <source>rail,railroad,track,switch,turnout,orthophoto,drone,uav,deep learning,segmentation</source>
      <translation>Bahn,Eisenbahn,Schiene,Gleis,Weiche,Orthofoto,Luftbild,Drohne,UAV,Deep Learning,Segmentierung</translation>
    </message>
    <message>
      <source>Draws the railway tracks in an aerial or drone picture as lines: one line per track between two nodes, and switches, crossings and ends as nodes.

A neural network finds the tracks, morphological opening and closing clean the mask, and its centre lines become the tracks. All lengths are in metres on the ground. Doubtful tracks and nodes have the status 'review'.

Everything runs on this machine; you can cancel at any time.</source>
      <translation>Zeichnet die Gleise eines Luft- oder Drohnenbildes als Linien: eine Linie je Gleis zwischen zwei Knoten, dazu Weichen, Kreuzungen und Gleisenden als Knoten.

Ein neuronales Netz findet die Gleise, Opening und Closing bereinigen die Maske, und aus ihrer Mitte werden die Linien. Alle Längen sind Meter am Boden. Was zweifelhaft ist, hat den Status 'review'.

Alles läuft auf diesem Rechner; Abbrechen geht jederzeit.</translation>
    </message>
    <message>
      <source>Draws the railway tracks in an aerial or drone picture as lines.</source>
      <translation>Zeichnet die Gleise eines Luft- oder Drohnenbildes als Linien.</translation>
    </message>
    <message>
      <source>Extract railway from a folder</source>
      <translation>Gleise eines Ordners extrahieren</translation>
    </message>
    <message>
      <source>rail,railroad,track,switch,turnout,orthophoto,tiles,mosaic,directory,batch</source>
      <translation>Bahn,Eisenbahn,Schiene,Gleis,Weiche,Orthofoto,Luftbild,Kacheln,Mosaik,Verzeichnis,Stapel</translation>
    </message>
    <message>
      <source>Draws the railway tracks in all pictures of a folder as if they were one picture: tracks continue across the seams.

The folder may hold up to 500 GeoTIFF, JPEG 2000, JPEG, PNG and IMG files; subfolders are ignored. The pictures may have different coordinate reference systems, such as two UTM zones: the layers get the one that most of them have. Where pictures overlap, the first by name counts.

Everything else is as in 'Extract railway'.</source>
      <translation>Zeichnet die Gleise aller Bilder eines Ordners, die wie ein einziges betrachtet werden: Gleise laufen durch die Bildränder hindurch.

Bis zu 500 GeoTIFF-, JPEG-2000-, JPEG-, PNG- und IMG-Dateien, nicht die der Unterordner. Sie dürfen verschiedene Koordinatenbezugssysteme haben, etwa zwei UTM-Zonen: Die Layer haben das, das die meisten haben. Wo sich Bilder überlappen, zählt das dem Namen nach erste.

Alles andere ist wie bei 'Gleise extrahieren'.</translation>
    </message>
    <message>
      <source>Draws the railway tracks in all pictures of a folder as lines.</source>
      <translation>Zeichnet die Gleise aller Bilder eines Ordners als Linien.</translation>
    </message>
    <message>
      <source>Folder of pictures</source>
      <translation>Ordner mit Bildern</translation>
    </message>
    <message>
      <source>Georeferenced rasters with a ground sampling distance of 1 m or finer.</source>
      <translation>Georeferenzierte Raster mit einer Bodenauflösung von 1 m oder feiner.</translation>
    </message>
    <message>
      <source>The folder {folder} doesn't exist. Choose another.</source>
      <translation>Den Ordner {folder} gibt es nicht. Einen anderen wählen.</translation>
    </message>
    <message>
      <source>Extracted tracks</source>
      <translation>Extrahierte Gleise</translation>
    </message>
    <message>
      <source>The tracks that 'Extract railway' has drawn, or any other lines. Tracks rejected in the review are left out.</source>
      <translation>Die Gleise, die 'Gleise extrahieren' gezeichnet hat, ohne die bei der Durchsicht verworfenen; oder beliebige Linien.</translation>
    </message>
    <message>
      <source>Picture</source>
      <translation>Bild</translation>
    </message>
    <message>
      <source>Only the parts of both layers that lie on the picture count. Empty: all lines count.</source>
      <translation>Nur was darauf liegt, zählt, von beiden Layern. Leer: alle Linien zählen.</translation>
    </message>
    <message>
      <source>Only the parts of both layers that lie in these polygons, or beside these lines, count. Empty: all lines count.</source>
      <translation>Von beiden Layern zählt nur, was in diesen Polygonen oder neben diesen Linien liegt. Leer: alle Linien.</translation>
    </message>
    <message>
      <source>None of the tracks lies in the area. Choose another, or check the layers' CRS.</source>
      <translation>Keines der Gleise liegt im Gebiet. Wählen Sie ein anderes oder prüfen Sie das KBS der Layer.</translation>
    </message>
    <message>
      <source>Railway tracks</source>
      <translation>Gleise</translation>
    </message>
    <message>
      <source>One line per track between two nodes, with its length, confidence and status.</source>
      <translation>Eine Linie je Gleis zwischen zwei Knoten, mit Länge, Konfidenz und Status.</translation>
    </message>
    <message>
      <source>Railway nodes</source>
      <translation>Gleisknoten</translation>
    </message>
    <message>
      <source>Switches, crossings, ends, and where a track is cut by the edge of the picture or area.</source>
      <translation>Weichen, Kreuzungen, Gleisenden, und wo ein Gleis vom Rand des Bildes oder Gebiets abgeschnitten ist.</translation>
    </message>
    <message>
      <source>Railway map (GeoPackage with all layers)</source>
      <translation>Gleiskarte (GeoPackage mit allen Layern)</translation>
    </message>
    <message>
      <source>GeoPackage (*.gpkg)</source>
      <translation>GeoPackage (*.gpkg)</translation>
    </message>
    <message>
      <source>Tracks, nodes, which track leads into which (rail_relation) and how the map was made, in one file.</source>
      <translation>Gleise, Knoten, welches Gleis in welches führt (rail_relation) und wie alles entstand, in einer Datei.</translation>
    </message>
    <message>
      <source>Number of tracks</source>
      <translation>Anzahl der Gleise</translation>
    </message>
    <message>
      <source>Number of nodes</source>
      <translation>Anzahl der Knoten</translation>
    </message>
    <message>
      <source>Total length (m)</source>
      <translation>Gesamtlänge (m)</translation>
    </message>
    <message>
      <source>Number of tracks and nodes to review</source>
      <translation>Anzahl der Gleise und Knoten, die zu prüfen sind</translation>
    </message>
    <message>
      <source>{tracks} tracks, {length:.0f} m in all; {nodes} nodes; {review} to review</source>
      <translation>Gleise: {tracks}, zusammen {length:.0f} m; Knoten: {nodes}; zu prüfen: {review}</translation>
    </message>
    <message>
      <source>{path} was written but can't be read by QGIS. Give it a plain name, without % and |.</source>
      <translation>{path} wurde geschrieben, kann aber von QGIS nicht gelesen werden. Einen einfachen Namen geben, ohne % und |.</translation>
    </message>
    <message>
      <source>The results are in {path}: open it, or save it elsewhere before you close QGIS.</source>
      <translation>Was gefunden wurde, liegt in {path}: öffnen oder anderswo speichern, bevor QGIS geschlossen wird.</translation>
    </message>
    <message>
      <source>Aerial or drone picture</source>
      <translation>Luft- oder Drohnenbild</translation>
    </message>
    <message>
      <source>A georeferenced raster with a ground sampling distance of 1 m or finer.</source>
      <translation>Ein georeferenziertes Raster mit einer Bodenauflösung von 1 m oder feiner.</translation>
    </message>
    <message>
      <source>Bands</source>
      <translation>Kanäle</translation>
    </message>
    <message>
      <source>Three bands to use as red, green and blue, or a single one. Empty: the picture's own red, green and blue.</source>
      <translation>Drei Kanäle als Rot, Grün und Blau, oder einer. Leer: Rot, Grün und Blau des Bildes selbst.</translation>
    </message>
    <message>
      <source>The numbers of three bands to use as red, green and blue, such as 4, 1, 2, or of a single one. Empty: the pictures' own red, green and blue.</source>
      <translation>Die Nummern von drei Kanälen als Rot, Grün und Blau, etwa 4, 1, 2, oder von einem. Leer: Rot, Grün und Blau der Bilder selbst.</translation>
    </message>
    <message>
      <source>Extent</source>
      <translation>Ausdehnung</translation>
    </message>
    <message>
      <source>Only this part of the picture is processed. Empty: all of it.</source>
      <translation>Nur dieser Teil des Bildes wird bearbeitet. Leer: das ganze Bild.</translation>
    </message>
    <message>
      <source>Only what lies in these polygons, or beside these lines, is processed: a rough line of the railway, such as from OpenStreetMap, will do. Empty: the whole picture, or the whole extent.</source>
      <translation>Nur was in diesen Polygonen oder neben diesen Linien liegt, wird bearbeitet: Eine grobe Linie der Bahn, etwa aus OpenStreetMap, genügt. Leer: das ganze Bild oder die ganze Ausdehnung.</translation>
    </message>
    <message>
      <source>Area or lines</source>
      <translation>Gebiet oder Linien</translation>
    </message>
    <message>
      <source>Corridor (m)</source>
      <translation>Korridor (m)</translation>
    </message>
    <message>
      <source>How far to look to either side of the lines and beyond their ends, in metres; not used for polygons.</source>
      <translation>Wie weit zu beiden Seiten der Linien und über ihre Enden hinaus gesucht wird, in Metern; gilt nicht für Polygone.</translation>
    </message>
    <message>
      <source>Model file</source>
      <translation>Modelldatei</translation>
    </message>
    <message>
      <source>RailSeg model (*.safetensors)</source>
      <translation>RailSeg-Modell (*.safetensors)</translation>
    </message>
    <message>
      <source>A model of your own, trained with RailSeg. Empty: the bundled one.</source>
      <translation>Ein eigenes Modell, mit RailSeg trainiert. Leer: das mitgelieferte.</translation>
    </message>
    <message>
      <source>Device</source>
      <translation>Gerät</translation>
    </message>
    <message>
      <source>What the model runs on: auto uses a graphics card if there is one, otherwise the processor.</source>
      <translation>Was rechnet: auto nimmt eine Grafikkarte, wo es eine gibt, sonst den Prozessor.</translation>
    </message>
    <message>
      <source>Look closely everywhere</source>
      <translation>Überall genau hinsehen</translation>
    </message>
    <message>
      <source>The model first glances at each part of the picture and skips those without any sign of track, which saves time. Check this if a track is missing, or if you lower the threshold.</source>
      <translation>Das Modell wirft erst einen Blick auf jeden Teil des Bildes und überspringt die ohne Anzeichen von Gleisen. Das spart Zeit. Ankreuzen, wenn ein Gleis fehlt oder der Schwellenwert gesenkt wird.</translation>
    </message>
    <message>
      <source>Mask or probability raster</source>
      <translation>Maske oder Wahrscheinlichkeitsraster</translation>
    </message>
    <message>
      <source>RailSeg's probability raster, or a one-band mask or probability raster made elsewhere.</source>
      <translation>Das Wahrscheinlichkeitsraster von RailSeg oder eine anderswo erzeugte Maske oder ein Wahrscheinlichkeitsraster mit einem Kanal.</translation>
    </message>
    <message>
      <source>Threshold</source>
      <translation>Schwellenwert</translation>
    </message>
    <message>
      <source>Probability from which a pixel counts as track, 0 to 1. Empty: the value that the model was tuned for.</source>
      <translation>Wahrscheinlichkeit, ab der ein Pixel als Gleis zählt, 0 bis 1. Leer: der Wert, auf den das Modell abgestimmt wurde.</translation>
    </message>
    <message>
      <source>Opening (m)</source>
      <translation>Opening (m)</translation>
    </message>
    <message>
      <source>Removes specks and bridges thinner than this, in metres on the ground; 0: nothing.</source>
      <translation>Entfernt Flecken und Brücken, die dünner sind, in Metern am Boden; 0: nichts.</translation>
    </message>
    <message>
      <source>Closing (m)</source>
      <translation>Closing (m)</translation>
    </message>
    <message>
      <source>Then fills gaps narrower than this, in metres on the ground; 0: none.</source>
      <translation>Füllt dann Lücken, die schmaler sind, in Metern am Boden; 0: keine.</translation>
    </message>
    <message>
      <source>Kernel</source>
      <translation>Kernel</translation>
    </message>
    <message>
      <source>Shape of the kernel for opening and closing.</source>
      <translation>Form von Opening und Closing.</translation>
    </message>
    <message>
      <source>Minimum length (m)</source>
      <translation>Mindestlänge (m)</translation>
    </message>
    <message>
      <source>Isolated pieces shorter than this, in metres, are left out unless the edge of the picture or area cuts them.</source>
      <translation>Kürzere Stücke, die für sich liegen, fallen weg, in Metern, außer wenn der Rand des Bildes oder Gebiets sie abschneidet.</translation>
    </message>
    <message>
      <source>Probability raster</source>
      <translation>Wahrscheinlichkeitsraster</translation>
    </message>
    <message>
      <source>Bands track and axis, 0–255 for 0–1, at the model's ground sampling distance.</source>
      <translation>Kanäle track (Gleis) und axis (Gleisachse), 0–255 für 0–1, in der Bodenauflösung des Modells.</translation>
    </message>
    <message>
      <source>Mask raster</source>
      <translation>Maskenraster</translation>
    </message>
    <message>
      <source>The cleaned mask of the tracks.</source>
      <translation>Die bereinigte Maske der Gleise.</translation>
    </message>
    <message>
      <source>{n} bands are chosen: choose three as red, green and blue, or one, or none.</source>
      <translation>{n} Kanäle sind gewählt: drei als Rot, Grün und Blau wählen, oder einen, oder keinen.</translation>
    </message>
    <message>
      <source>'{text}' isn't a list of band numbers: give three, such as 4, 1, 2, or one, or none.</source>
      <translation>'{text}' sind keine Nummern von Kanälen: drei angeben, etwa 4, 1, 2, oder eine, oder keine.</translation>
    </message>
    <message>
      <source>{path} will be a GeoTIFF: give it a name that ends in .tif.</source>
      <translation>{path} würde ein GeoTIFF: einen Namen geben, der auf .tif endet.</translation>
    </message>
    <message>
      <source>The raster layer {name} can't be read. Repair its data source.</source>
      <translation>Der Rasterlayer {name} kann nicht gelesen werden. Seine Datenquelle reparieren.</translation>
    </message>
    <message>
      <source>The raster layer {name} has no coordinate reference system. Give it one: right-click the layer &gt; Layer CRS &gt; Set Layer CRS.</source>
      <translation>Der Rasterlayer {name} hat kein Koordinatenbezugssystem. Ihm eines geben: Rechtsklick auf den Layer &gt; Layer-KBS &gt; Layer-KBS setzen.</translation>
    </message>
    <message>
      <source>The raster layer {name} is too coarse: its pixels are {gsd:.2g} m on the ground. Tracks can be told apart up to {largest:g} m, and best at {best:g} m or finer.</source>
      <translation>Der Rasterlayer {name} ist zu grob: Seine Pixel sind am Boden {gsd:.2g} m groß. Gleise sind bis {largest:g} m zu unterscheiden, am besten bei {best:g} m oder feiner.</translation>
    </message>
    <message>
      <source>{name} comes from a server and has no bounds: choose a picture that has bounds, or none.</source>
      <translation>{name} kommt von einem Server und hat keine Grenzen: ein Bild wählen, das welche hat, oder keines.</translation>
    </message>
    <message>
      <source>The extent lies outside the raster layer. Choose another.</source>
      <translation>Die Ausdehnung liegt außerhalb des Rasterlayers. Eine andere wählen.</translation>
    </message>
    <message>
      <source>Exporting {columns} × {rows} pixels of {name}</source>
      <translation>{columns} × {rows} Pixel von {name} werden exportiert</translation>
    </message>
    <message>
      <source>Exporting the picture</source>
      <translation>Das Bild wird exportiert</translation>
    </message>
    <message>
      <source>The layer {name} can't be exported. Save it as a GeoTIFF and use that instead.</source>
      <translation>Der Layer {name} kann nicht exportiert werden. Ihn als GeoTIFF speichern und damit noch einmal starten.</translation>
    </message>
    <message>
      <source>The server sent no picture of {name} for this area: it has none, or it failed. Try again later.</source>
      <translation>Von {name} kam dort gar kein Bild: Der Server hat keines oder ist ausgefallen. Später noch einmal versuchen.</translation>
    </message>
    <message>
      <source>The server sent no picture for {percent:.2g} % of {name}: it has none there, or it failed. Tracks may be missing.</source>
      <translation>Von {name} kamen {percent:.2g} % ohne Bild: Der Server hat dort keines oder ist ausgefallen. Gleise können fehlen.</translation>
    </message>
    <message>
      <source>{name} must be exported first, which needs up to {needed:.0f} MB; the disk for temporary files has {free:.0f} MB free. Choose a smaller extent or area.</source>
      <translation>{name} muss zuerst exportiert werden, was bis zu {needed:.0f} MB braucht; auf dem Datenträger der temporären Dateien sind {free:.0f} MB frei. Wählen Sie eine kleinere Ausdehnung oder ein kleineres Gebiet.</translation>
    </message>
    <message>
      <source>{name} comes from a server: choose an extent or an area to work on.</source>
      <translation>{name} kommt von einem Server: eine Ausdehnung oder ein Gebiet zur Bearbeitung wählen.</translation>
    </message>
    <message>
      <source>{name} comes from a server: choose an extent of at most {side} m.</source>
      <translation>{name} kommt von einem Server: eine Ausdehnung von höchstens {side} m wählen.</translation>
    </message>
    <message>
      <source>{layer} of {raster}</source>
      <translation>{layer} aus {raster}</translation>
    </message>
    <message>
      <source>Extracted from {raster} by RailSeg {version}</source>
      <translation>Aus {raster} extrahiert von RailSeg {version}</translation>
    </message>
    <message>
      <source>with the model {model}</source>
      <translation>mit dem Modell {model}</translation>
    </message>
    <message>
      <source>Lines and nodes with the status 'review' are doubtful and should be checked.</source>
      <translation>Linien und Knoten mit dem Status 'review' sind zweifelhaft und sollten angesehen werden.</translation>
    </message>
    <message>
      <source>Parameters: {list}</source>
      <translation>Parameter: {list}</translation>
    </message>
    <message>
      <source>The licence terms of the picture determine how the lines drawn from it may be used.</source>
      <translation>Über die aus dem Bild gezeichneten Linien entscheiden die Lizenzbedingungen des Bildes.</translation>
    </message>
    <message>
      <source>Segment railway</source>
      <translation>Gleise segmentieren</translation>
    </message>
    <message>
      <source>rail,railroad,track,probability,mask,orthophoto,drone,deep learning,segmentation</source>
      <translation>Bahn,Eisenbahn,Schiene,Gleis,Wahrscheinlichkeit,Maske,Orthofoto,Luftbild,Drohne,Deep Learning,Segmentierung</translation>
    </message>
    <message>
      <source>Gives, for each pixel of an aerial or drone picture, the probability that it is railway track (band track) and that it is on the centre line of a track (band axis), 0–255 for 0–1.

The optional mask is what reaches the threshold, cleaned by opening and closing. 'Vectorize railway mask' turns either raster into lines.</source>
      <translation>Sagt für jedes Pixel eines Luft- oder Drohnenbildes, wie wahrscheinlich es Gleis (Kanal track) und Gleisachse (Kanal axis) ist, 0–255 für 0–1.

Die Maske, falls gewünscht, ist das, was den Schwellenwert erreicht, bereinigt durch Opening und Closing. 'Gleismaske vektorisieren' macht aus beidem Linien.</translation>
    </message>
    <message>
      <source>Gives the probability that each pixel is railway track.</source>
      <translation>Sagt für jedes Pixel, wie wahrscheinlich es Gleis ist.</translation>
    </message>
    <message>
      <source>The layer {name} has no coordinate reference system. Give it one: right-click the layer &gt; Layer CRS &gt; Set Layer CRS.</source>
      <translation>Der Layer {name} hat kein Koordinatenbezugssystem. Ihm eines geben: Rechtsklick auf den Layer &gt; Layer-KBS &gt; Layer-KBS setzen.</translation>
    </message>
    <message>
      <source>The layer {name} can't be exported ({message}). Save it as a GeoPackage and use that instead.</source>
      <translation>Der Layer {name} kann nicht exportiert werden ({message}). Ihn als GeoPackage speichern und damit noch einmal starten.</translation>
    </message>
    <message>
      <source>Vectorize railway mask</source>
      <translation>Gleismaske vektorisieren</translation>
    </message>
    <message>
      <source>rail,track,mask,probability,centerline,centreline,skeleton,lines,vectorise</source>
      <translation>Bahn,Eisenbahn,Gleis,Maske,Wahrscheinlichkeit,Gleisachse,Mittellinie,Skelett,Linien,Vektorisierung</translation>
    </message>
    <message>
      <source>Draws the railway tracks in a mask or probability raster as lines: one line per track between two nodes, and switches, crossings and ends as nodes.

It takes RailSeg's own probability raster, and one-band masks and probability rasters made elsewhere, with pixels of up to 2 m. All lengths are in metres on the ground.</source>
      <translation>Zeichnet die Gleise einer Maske oder eines Wahrscheinlichkeitsrasters als Linien: eine Linie je Gleis zwischen zwei Knoten, dazu Weichen, Kreuzungen und Gleisenden als Knoten.

Nimmt das Wahrscheinlichkeitsraster von RailSeg und anderswo erzeugte Masken und Wahrscheinlichkeiten mit einem Kanal, mit Pixeln bis 2 m. Alle Längen sind Meter am Boden.</translation>
    </message>
    <message>
      <source>Draws the railway tracks in a mask or probability raster as lines.</source>
      <translation>Zeichnet die Gleise einer Maske oder eines Wahrscheinlichkeitsrasters als Linien.</translation>
    </message>
    <message>
      <source>RailSeg needs Python {oldest} to {newest} with its venv module to create the environment. Install it (from python.org; on Debian and Ubuntu the package python3-venv), then try again, or use an existing Python.</source>
      <translation>RailSeg braucht Python {oldest} bis {newest} mit dessen Modul venv, um die Umgebung anzulegen. Es installieren (von python.org; unter Debian und Ubuntu das Paket python3-venv) und es noch einmal versuchen, oder ein vorhandenes Python benutzen.</translation>
    </message>
    <message>
      <source>Of another version: {pythons}.</source>
      <translation>Mit anderer Version: {pythons}.</translation>
    </message>
    <message>
      <source>Without venv: {pythons}.</source>
      <translation>Ohne venv: {pythons}.</translation>
    </message>
    <message>
      <source>{path} can't be written.</source>
      <translation>{path} kann nicht geschrieben werden.</translation>
    </message>
    <message>
      <source>Another QGIS window (process {pid} on {host}) is creating the environment. Wait until it is done. If there is no such window, delete {path}.</source>
      <translation>Ein anderes QGIS-Fenster (Prozess {pid} auf {host}) legt die Umgebung gerade an. Warten, bis es fertig ist. Gibt es kein solches, {path} löschen.</translation>
    </message>
    <message>
      <source>This takes about {duration} and {size:.0f} MB of disk space</source>
      <translation>Es dauert etwa {duration} und braucht {size:.0f} MB auf der Festplatte</translation>
    </message>
    <message>
      <source>This takes at most about {duration} and {size:.0f} MB of disk space</source>
      <translation>Es dauert höchstens etwa {duration} und braucht {size:.0f} MB auf der Festplatte</translation>
    </message>
    <message>
      <source>{n} s</source>
      <translation>{n} s</translation>
    </message>
    <message>
      <source>{n} min</source>
      <translation>{n} min</translation>
    </message>
    <message>
      <source>{n} h</source>
      <translation>{n} h</translation>
    </message>
    <message>
      <source>The Python chosen for RailSeg doesn't exist: {path}. Choose another under Settings &gt; Options &gt; RailSeg.</source>
      <translation>Das für RailSeg gewählte Python gibt es nicht: {path}. Ein anderes wählen unter Einstellungen &gt; Optionen &gt; RailSeg.</translation>
    </message>
    <message>
      <source>The Python that RailSeg's environment was created with is gone, perhaps after an update of QGIS. Create the environment again under Settings &gt; Options &gt; RailSeg &gt; Create environment.</source>
      <translation>Das Python, mit dem die Umgebung von RailSeg angelegt wurde, gibt es nicht mehr, wie es nach einer Aktualisierung von QGIS vorkommt. Sie neu anlegen unter Einstellungen &gt; Optionen &gt; RailSeg &gt; Umgebung anlegen.</translation>
    </message>
    <message>
      <source>RailSeg's Python environment is missing. Create it under Settings &gt; Options &gt; RailSeg &gt; Create environment.</source>
      <translation>Die Python-Umgebung von RailSeg fehlt. Sie anlegen unter Einstellungen &gt; Optionen &gt; RailSeg &gt; Umgebung anlegen.</translation>
    </message>
    <message>
      <source>Without a desktop, set the variable {variable} to a Python that has the packages listed in {requirements}.</source>
      <translation>Wo es keine Oberfläche gibt, die Variable {variable} auf ein Python setzen, das die Pakete aus {requirements} hat.</translation>
    </message>
    <message>
      <source>RailSeg's Python environment was created for another version of RailSeg. Create it again under Settings &gt; Options &gt; RailSeg &gt; Create environment.</source>
      <translation>Die Python-Umgebung von RailSeg wurde für eine andere Version von RailSeg angelegt. Sie neu anlegen unter Einstellungen &gt; Optionen &gt; RailSeg &gt; Umgebung anlegen.</translation>
    </message>
    <message>
      <source>Python: {path}</source>
      <translation>Python: {path}</translation>
    </message>
    <message>
      <source>PyTorch can't use the NVIDIA card and runs on the CPU: {problem}</source>
      <translation>PyTorch kann die NVIDIA-Karte nicht benutzen und rechnet auf dem Prozessor: {problem}</translation>
    </message>
    <message>
      <source>{folder} has no wheels (files that end in .whl).</source>
      <translation>{folder} enthält keine Wheels (Dateien, die auf .whl enden).</translation>
    </message>
    <message>
      <source>{folder} has {free:.1f} GB free, but creating the environment needs {needed:.1f} GB. Free some space, then try again.</source>
      <translation>{folder} hat {free:.1f} GB frei, die Umgebung braucht beim Anlegen {needed:.1f} GB. Platz schaffen und es noch einmal versuchen.</translation>
    </message>
    <message>
      <source>{folder} contains other files. Move them away, then try again.</source>
      <translation>{folder} enthält etwas anderes. Es woandershin legen und es noch einmal versuchen.</translation>
    </message>
    <message>
      <source>The folder {folder} can't be written: {error}.</source>
      <translation>Der Ordner {folder} kann nicht geschrieben werden: {error}.</translation>
    </message>
    <message>
      <source>Cancelled.</source>
      <translation>Abgebrochen.</translation>
    </message>
    <message>
      <source>Creating RailSeg's Python environment</source>
      <translation>Die Python-Umgebung von RailSeg wird angelegt</translation>
    </message>
    <message>
      <source>Checking RailSeg's Python</source>
      <translation>Das Python von RailSeg wird geprüft</translation>
    </message>
    <message>
      <source>{program} failed with exit code {code}:</source>
      <translation>{program} schlug fehl mit dem Rückgabewert {code}:</translation>
    </message>
    <message>
      <source>The package server can't be reached. Check the connection, then try again: what has been downloaded isn't downloaded twice. Without a network, install from a folder of wheels.</source>
      <translation>Der Server der Pakete ist nicht erreichbar. Die Verbindung prüfen und es noch einmal versuchen: Was heruntergeladen ist, wird nicht noch einmal geladen. Ohne Netz aus einem Ordner mit Wheels installieren.</translation>
    </message>
    <message>
      <source>The proxy doesn't let the download through. Check host, port, user and password under Settings &gt; Options &gt; Network (an HTTP proxy: pip can't use SOCKS by itself), or install from a folder of wheels.</source>
      <translation>Der Proxy lässt den Download nicht durch. Rechner, Port, Benutzer und Passwort unter Einstellungen &gt; Optionen &gt; Netzwerk prüfen (ein HTTP-Proxy: pip kann von sich aus kein SOCKS), oder aus einem Ordner mit Wheels installieren.</translation>
    </message>
    <message>
      <source>The server's certificate isn't trusted, perhaps because a company's firewall inspects connections. Set the variable PIP_CERT to the company's certificate file (PEM) before QGIS starts, or install from a folder of wheels.</source>
      <translation>Dem Zertifikat des Servers wird nicht vertraut, etwa weil die Firewall einer Firma in die Verbindungen sieht. Die Variable PIP_CERT auf die Zertifikatsdatei (PEM) der Firma setzen, bevor QGIS startet, oder aus einem Ordner mit Wheels installieren.</translation>
    </message>
    <message>
      <source>The disk is full. Free some space, then try again.</source>
      <translation>Die Festplatte ist voll. Platz schaffen und es noch einmal versuchen.</translation>
    </message>
    <message>
      <source>A file can't be written, because another program is using it (a virus scanner, another QGIS window) or you have no access to the folder. Wait or close other QGIS windows and try again; if that doesn't help, exclude the folder from virus scanning.</source>
      <translation>Eine Datei kann nicht geschrieben werden, weil ein anderes Programm sie festhält (ein Virenscanner, ein anderes QGIS-Fenster) oder die Rechte an dem Ordner fehlen. Warten oder andere QGIS-Fenster schließen und es noch einmal versuchen; bleibt es dabei, den Ordner vom Virenscanner ausnehmen lassen.</translation>
    </message>
    <message>
      <source>A virus scanner or a policy of this machine doesn't let the program run. Ask the machine's administrator to allow it in this folder, or use an existing Python.</source>
      <translation>Ein Virenscanner oder eine Richtlinie dieses Rechners lässt das Programm nicht laufen. Wer den Rechner betreut, kann es in diesem Ordner erlauben; sonst ein vorhandenes Python benutzen.</translation>
    </message>
    <message>
      <source>A file's path is too long for this system. Enable long paths in Windows, or use an existing Python in a folder with a shorter name.</source>
      <translation>Der Pfad einer Datei ist für dieses System zu lang. Lange Pfade in Windows erlauben oder ein vorhandenes Python in einem Ordner mit kürzerem Namen benutzen.</translation>
    </message>
    <message>
      <source>A package isn't available for this Python and system. If you install from a folder, check that its wheels were downloaded for this system and this version of Python; otherwise use an existing Python (3.11 to 3.14).</source>
      <translation>Ein Paket gibt es für dieses Python und System nicht. Beim Installieren aus einem Ordner prüfen, ob dessen Wheels für dieses System und diese Python-Version heruntergeladen wurden; sonst ein vorhandenes Python (3.11 bis 3.14) benutzen.</translation>
    </message>
    <message>
      <source>This Python has no pip. Create the environment again, or use an existing Python.</source>
      <translation>Dieses Python hat kein pip. Die Umgebung neu anlegen oder ein vorhandenes Python benutzen.</translation>
    </message>
    <message>
      <source>This Python can't create environments. Install its venv module (on Debian and Ubuntu the package python3-venv), then try again, or use an existing Python.</source>
      <translation>Dieses Python kann keine Umgebungen anlegen. Sein Modul venv installieren (unter Debian und Ubuntu das Paket python3-venv) und es noch einmal versuchen, oder ein vorhandenes Python benutzen.</translation>
    </message>
    <message>
      <source>This Python lacks a package that RailSeg needs. Install those listed in {requirements} into it (pip install -r), or let RailSeg create an environment of its own.</source>
      <translation>Diesem Python fehlt ein Paket, das RailSeg braucht. Die Pakete aus {requirements} darin installieren (pip install -r), oder RailSeg eine eigene Umgebung anlegen lassen.</translation>
    </message>
    <message>
      <source>A system library that PyTorch needs is missing. On Windows install Microsoft's Visual C++ Redistributable (2015–2022, x64), on Linux the package libgomp1, then check again.</source>
      <translation>Eine Systembibliothek, die PyTorch braucht, fehlt. Unter Windows Microsofts Visual C++ Redistributable (2015–2022, x64) installieren, unter Linux das Paket libgomp1, und dann noch einmal prüfen.</translation>
    </message>
    <message>
      <source>There wasn't enough memory, and the program was stopped. Close other programs, then try again.</source>
      <translation>Der Arbeitsspeicher reicht nicht, und das Programm wurde beendet. Andere Programme schließen und es noch einmal versuchen.</translation>
    </message>
    <message>
      <source>Check</source>
      <translation>Prüfen</translation>
    </message>
    <message>
      <source>Copy report</source>
      <translation>Bericht kopieren</translation>
    </message>
    <message>
      <source>Build it for this machine's processor</source>
      <translation>Für den Prozessor dieses Rechners anlegen</translation>
    </message>
    <message>
      <source>Build it for the NVIDIA card (CUDA)</source>
      <translation>Für die NVIDIA-Karte (CUDA) anlegen</translation>
    </message>
    <message>
      <source>Build it from a folder of wheels, without a network</source>
      <translation>Aus einem Ordner mit Wheels anlegen, ohne Netz</translation>
    </message>
    <message>
      <source>Folder of wheels</source>
      <translation>Ordner mit Wheels</translation>
    </message>
    <message>
      <source>Use an existing Python that has RailSeg's requirements</source>
      <translation>Ein vorhandenes Python benutzen, das hat, was RailSeg braucht</translation>
    </message>
    <message>
      <source>Python for RailSeg</source>
      <translation>Python für RailSeg</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <source>RailSeg's model runs in a Python environment of its own, separate from QGIS: PyTorch and some smaller packages, installed to {folder}. QGIS itself isn't changed.</source>
      <translation>Das Modell von RailSeg läuft in einer eigenen Python-Umgebung neben QGIS: PyTorch und einige kleinere Pakete, installiert in {folder}. An QGIS wird nichts geändert.</translation>
    </message>
    <message>
      <source>Environment</source>
      <translation>Umgebung</translation>
    </message>
    <message>
      <source>Set it up</source>
      <translation>Einrichten</translation>
    </message>
    <message>
      <source>Check and use it</source>
      <translation>Prüfen und benutzen</translation>
    </message>
    <message>
      <source>Create environment</source>
      <translation>Umgebung anlegen</translation>
    </message>
    <message>
      <source>Ready: {python}</source>
      <translation>Bereit: {python}</translation>
    </message>
    <message>
      <source>(set by the variable {name})</source>
      <translation>(gesetzt durch die Variable {name})</translation>
    </message>
    <message>
      <source>{text}: about {download} GB to download, {disk} GB on disk</source>
      <translation>{text}: etwa {download} GB Download, {disk} GB auf der Festplatte</translation>
    </message>
    <message>
      <source>Extract railway…</source>
      <translation>Gleise extrahieren…</translation>
    </message>
    <message>
      <source>Extract railway from a folder…</source>
      <translation>Gleise eines Ordners extrahieren…</translation>
    </message>
    <message>
      <source>The Python environment isn't ready: set it up in the options.</source>
      <translation>Die Python-Umgebung ist nicht bereit: sie in den Optionen einrichten.</translation>
    </message>
    <message>
      <source>Open the options</source>
      <translation>Optionen öffnen</translation>
    </message>
    <message>
      <source>{program} can't be started: {error}.</source>
      <translation>{program} kann nicht gestartet werden: {error}.</translation>
    </message>
    <message>
      <source>Review railway tracks</source>
      <translation>Gleise prüfen</translation>
    </message>
    <message>
      <source>The railway is on the map. Some of it should be checked.</source>
      <translation>Die Gleise sind auf der Karte. Manches davon sollte angesehen werden.</translation>
    </message>
    <message>
      <source>Review 1 item</source>
      <translation>1 Objekt prüfen</translation>
    </message>
    <message>
      <source>Review {n} items</source>
      <translation>{n} Objekte prüfen</translation>
    </message>
    <message>
      <source>Accept railway tracks</source>
      <translation>Gleise annehmen</translation>
    </message>
    <message>
      <source>Reject railway tracks</source>
      <translation>Gleise verwerfen</translation>
    </message>
    <message>
      <source>Delete rejected railway tracks</source>
      <translation>Verworfene Gleise löschen</translation>
    </message>
    <message>
      <source>The edits of {name} could not be saved: {problem}</source>
      <translation>Die Änderungen von {name} konnten nicht gespeichert werden: {problem}</translation>
    </message>
    <message>
      <source>{name} can't be edited. Save it as a GeoPackage in a folder of your own and review that.</source>
      <translation>{name} kann nicht bearbeitet werden. Als GeoPackage in einem eigenen Ordner speichern und dort prüfen.</translation>
    </message>
    <message>
      <source>track</source>
      <translation>Gleis</translation>
    </message>
    <message>
      <source>switch</source>
      <translation>Weiche</translation>
    </message>
    <message>
      <source>crossing</source>
      <translation>Kreuzung</translation>
    </message>
    <message>
      <source>end of track</source>
      <translation>Gleisende</translation>
    </message>
    <message>
      <source>cut at the edge</source>
      <translation>am Rand abgeschnitten</translation>
    </message>
    <message>
      <source>node</source>
      <translation>Knoten</translation>
    </message>
    <message>
      <source>What</source>
      <translation>Was</translation>
    </message>
    <message>
      <source>Reason</source>
      <translation>Grund</translation>
    </message>
    <message>
      <source>Length (m)</source>
      <translation>Länge (m)</translation>
    </message>
    <message>
      <source>Confidence</source>
      <translation>Konfidenz</translation>
    </message>
    <message>
      <source>Show only the items that are doubtful for this reason</source>
      <translation>Nur zeigen, was aus diesem Grund zweifelhaft ist</translation>
    </message>
    <message>
      <source>All reasons</source>
      <translation>Alle Gründe</translation>
    </message>
    <message>
      <source>Previous</source>
      <translation>Zurück</translation>
    </message>
    <message>
      <source>Previous item (P)</source>
      <translation>Voriges Objekt (P)</translation>
    </message>
    <message>
      <source>Next</source>
      <translation>Weiter</translation>
    </message>
    <message>
      <source>Next item (N)</source>
      <translation>Nächstes Objekt (N)</translation>
    </message>
    <message>
      <source>Accept</source>
      <translation>Annehmen</translation>
    </message>
    <message>
      <source>The selected items are right (A)</source>
      <translation>Was ausgewählt ist, ist richtig (A)</translation>
    </message>
    <message>
      <source>Reject</source>
      <translation>Verwerfen</translation>
    </message>
    <message>
      <source>The selected items are wrong; they are kept, in grey (R)</source>
      <translation>Was ausgewählt ist, ist falsch; es bleibt, in Grau, erhalten (R)</translation>
    </message>
    <message>
      <source>Delete rejected</source>
      <translation>Verworfene löschen</translation>
    </message>
    <message>
      <source>Deletes the rejected items from the layers; Undo brings them back</source>
      <translation>Löscht das Verworfene aus den Layern; Rückgängig holt es zurück</translation>
    </message>
    <message>
      <source>Save edits</source>
      <translation>Änderungen speichern</translation>
    </message>
    <message>
      <source>Saves what you decided, and all other edits of these layers, to their files</source>
      <translation>Schreibt, was entschieden wurde, und alle anderen Änderungen dieser Layer in deren Dateien</translation>
    </message>
    <message>
      <source>Delete rejected ({n})</source>
      <translation>Verworfene löschen ({n})</translation>
    </message>
    <message>
      <source>{n} to review</source>
      <translation>{n} zu prüfen</translation>
    </message>
    <message>
      <source>{shown} of {n} to review</source>
      <translation>{shown} von {n} zu prüfen</translation>
    </message>
    <message>
      <source>There are no railway tracks in this project: right-click a raster layer and choose Extract railway….</source>
      <translation>In diesem Projekt gibt es keine Gleise: Rechtsklick auf einen Rasterlayer, Gleise extrahieren….</translation>
    </message>
    <message>
      <source>Nothing is left to review. Save the layers' edits to keep what you decided.</source>
      <translation>Nichts mehr zu prüfen. Die Layeränderungen speichern, damit die Entscheidungen erhalten bleiben.</translation>
    </message>
    <message>
      <source>Nothing is left to review.</source>
      <translation>Nichts mehr zu prüfen.</translation>
    </message>
    <message>
      <source>short isolated piece</source>
      <translation>kurzes einzelnes Stück</translation>
    </message>
    <message>
      <source>sharp bend</source>
      <translation>enger Bogen</translation>
    </message>
    <message>
      <source>low confidence</source>
      <translation>niedrige Konfidenz</translation>
    </message>
    <message>
      <source>long inference</source>
      <translation>lange Überbrückung</translation>
    </message>
    <message>
      <source>close to another track</source>
      <translation>dicht neben einem anderen Gleis</translation>
    </message>
    <message>
      <source>crosses another track</source>
      <translation>quert ein anderes Gleis</translation>
    </message>
    <message>
      <source>uncertain fork</source>
      <translation>unsichere Verzweigung</translation>
    </message>
    <message>
      <source>uncertain crossing</source>
      <translation>unsichere Kreuzung</translation>
    </message>
    <message>
      <source>crossing or slip</source>
      <translation>Kreuzung oder Kreuzungsweiche</translation>
    </message>
    <message>
      <source>closed ring</source>
      <translation>geschlossener Ring</translation>
    </message>
    <message>
      <source>The worker gave no answer:</source>
      <translation>Der Hilfsprozess gab keine Antwort:</translation>
    </message>
    <message>
      <source>RailSeg {version}, Python {python}, PyTorch {torch}, runs on {device}, {speed:.1f} tiles per second</source>
      <translation>RailSeg {version}, Python {python}, PyTorch {torch}, rechnet auf {device}, {speed:.1f} Kacheln je Sekunde</translation>
    </message>
    <message>
      <source>RailSeg's Python can't be started ({error}). Check it under Settings &gt; Options &gt; RailSeg.</source>
      <translation>Das Python von RailSeg kann nicht gestartet werden ({error}). Es prüfen unter Einstellungen &gt; Optionen &gt; RailSeg.</translation>
    </message>
    <message>
      <source>RailSeg's files are from different versions. Install the plugin again and restart QGIS.</source>
      <translation>Die Dateien von RailSeg sind von verschiedenen Versionen. Die Erweiterung neu installieren und QGIS neu starten.</translation>
    </message>
    <message>
      <source>RailSeg's worker was stopped by the system, probably for lack of memory. Close other programs or choose a smaller extent, then run it again. Outputs of earlier runs are untouched.</source>
      <translation>Der Hilfsprozess von RailSeg wurde vom System beendet, wahrscheinlich aus Mangel an Arbeitsspeicher. Andere Programme schließen oder eine kleinere Ausdehnung wählen und noch einmal starten. Ergebnisse früherer Läufe sind unberührt.</translation>
    </message>
    <message>
      <source>RailSeg's worker ended unexpectedly (exit code {code}). Check the environment under Settings &gt; Options &gt; RailSeg; if it is in order, report this with the lines below.</source>
      <translation>Der Hilfsprozess von RailSeg endete unerwartet (Rückgabewert {code}). Die Umgebung unter Einstellungen &gt; Optionen &gt; RailSeg prüfen; ist sie in Ordnung, dies mit den folgenden Zeilen melden.</translation>
    </message>
    <message>
      <source>{stage}: {done} of {total} tiles</source>
      <translation>{stage}: {done} von {total} Kacheln</translation>
    </message>
    <message>
      <source>{stage}, about {duration} left</source>
      <translation>{stage}, noch etwa {duration}</translation>
    </message>
    <message>
      <source>{gsd:.3g} m pixels, {area:.1f} ha to process in {tiles} tiles with {model} on {device}</source>
      <translation>Pixel von {gsd:.3g} m, {area:.1f} ha in {tiles} Kacheln zu betrachten, mit {model} auf {device}</translation>
    </message>
    <message>
      <source>Looking for tracks</source>
      <translation>Gleise werden gesucht</translation>
    </message>
    <message>
      <source>Cleaning the mask</source>
      <translation>Die Maske wird bereinigt</translation>
    </message>
    <message>
      <source>Thinning the tracks</source>
      <translation>Die Gleise werden ausgedünnt</translation>
    </message>
    <message>
      <source>Drawing the lines</source>
      <translation>Die Linien werden gezeichnet</translation>
    </message>
    <message>
      <source>Comparing the lines</source>
      <translation>Die Linien werden verglichen</translation>
    </message>
    <message>
      <source>Cutting chips</source>
      <translation>Chips werden geschnitten</translation>
    </message>
    <message>
      <source>to be reviewed</source>
      <translation>zu prüfen</translation>
    </message>
    <message>
      <source>rejected</source>
      <translation>verworfen</translation>
    </message>
    <message>
      <source>other</source>
      <translation>sonstige</translation>
    </message>
    <message>
      <source>railway</source>
      <translation>Bahnobjekt</translation>
    </message>
    <message>
      <source>track ends</source>
      <translation>Gleisenden am Knoten</translation>
    </message>
    <message>
      <source>angle (°)</source>
      <translation>Winkel (°)</translation>
    </message>
    <message>
      <source>radius of the branch (m)</source>
      <translation>Radius des Zweiggleises (m)</translation>
    </message>
    <message>
      <source>side of the branch</source>
      <translation>Seite des Zweiggleises</translation>
    </message>
    <message>
      <source>confidence (0–1)</source>
      <translation>Konfidenz (0–1)</translation>
    </message>
    <message>
      <source>status</source>
      <translation>Status</translation>
    </message>
    <message>
      <source>reason for review</source>
      <translation>Grund der Prüfung</translation>
    </message>
    <message>
      <source>left</source>
      <translation>links</translation>
    </message>
    <message>
      <source>right</source>
      <translation>rechts</translation>
    </message>
    <message>
      <source>ok</source>
      <translation>in Ordnung</translation>
    </message>
    <message>
      <source>confidence 0.9 and more</source>
      <translation>Konfidenz 0,9 und mehr</translation>
    </message>
    <message>
      <source>confidence 0.75 to 0.9</source>
      <translation>Konfidenz 0,75 bis 0,9</translation>
    </message>
    <message>
      <source>confidence below 0.75</source>
      <translation>Konfidenz unter 0,75</translation>
    </message>
    <message>
      <source>from node</source>
      <translation>von Knoten</translation>
    </message>
    <message>
      <source>to node</source>
      <translation>nach Knoten</translation>
    </message>
    <message>
      <source>length on the ground (m)</source>
      <translation>Länge am Boden (m)</translation>
    </message>
    <message>
      <source>lowest confidence (0–1)</source>
      <translation>niedrigste Konfidenz (0–1)</translation>
    </message>
    <message>
      <source>inferred length (m)</source>
      <translation>überbrückte Länge (m)</translation>
    </message>
    <message>
      <source>smallest radius (m)</source>
      <translation>kleinster Radius (m)</translation>
    </message>
    <message>
      <source>source</source>
      <translation>Quelle</translation>
    </message>
    <message>
      <source>source's ground sampling distance (m)</source>
      <translation>Bodenauflösung der Quelle (m)</translation>
    </message>
    <message>
      <source>model</source>
      <translation>Modell</translation>
    </message>
    <message>
      <source>created</source>
      <translation>erstellt</translation>
    </message>
    <message>
      <source>rail</source>
      <translation>Eisenbahn</translation>
    </message>
    <message>
      <source>matched</source>
      <translation>zugeordnet</translation>
    </message>
    <message>
      <source>missed</source>
      <translation>übersehen</translation>
    </message>
    <message>
      <source>false</source>
      <translation>falsch</translation>
    </message>
  </context>
</TS>
